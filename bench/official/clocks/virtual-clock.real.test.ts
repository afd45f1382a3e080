import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Runs in a separate process, because the virtual clock replaces that process's clock. */
async function underVirtualClock(program: string): Promise<unknown> {
  const module = new URL("./virtual-clock.ts", import.meta.url).href;
  const source = `import { installVirtualClock } from "${module}"; const now = installVirtualClock(0); ${program}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", source]);
  return JSON.parse(stdout);
}

test("finishes an hour's wait at once and advances the clock by an hour", async () => {
  const seen = await underVirtualClock(`
    const began = performance.now();
    await new Promise((done) => setTimeout(done, 3_600_000));
    console.log(JSON.stringify([now(), Date.now(), new Date().toISOString(), performance.now() - began < 60_000]));
  `);
  expect(seen).toEqual([3_600_000, 3_600_000, "1970-01-01T01:00:00.000Z", true]);
});

test("fires timers in the order of their times, unless cleared", async () => {
  const seen = await underVirtualClock(`
    const fired = [];
    clearTimeout(setTimeout(() => fired.push("cleared"), 5));
    for (const ms of [30, 10, 20]) setTimeout(() => fired.push(ms), ms);
    setTimeout(() => console.log(JSON.stringify(fired)), 40);
  `);
  expect(seen).toEqual([10, 20, 30]);
});

test("stops time while a request is in progress", async () => {
  const seen = await underVirtualClock(`
    const { createServer, get } = await import("node:http");
    const { setTimeout: wait } = await import("node:timers/promises");
    const server = createServer(async (_, response) => { await wait(50); response.end(); }).listen(0);
    setTimeout(() => console.log(JSON.stringify([answeredAt, now()])), 1_000);
    let answeredAt;
    get({ port: server.address().port }, () => { answeredAt = now(); server.close(); });
  `);
  expect(seen).toEqual([0, 1_000]);
});
