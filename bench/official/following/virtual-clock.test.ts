import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** Runs the program in a separate process, because the clock replaces that process's clock. */
async function underVirtualClock(program: string): Promise<unknown> {
  const clock = `
    import { installVirtualClock } from "${new URL("./virtual-clock.ts", import.meta.url)}";
    installVirtualClock();
    await import("data:text/javascript,${encodeURIComponent(program)}");`;
  const args = ["--input-type=module", "-e", clock];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

it("finishes an hour's wait of any kind at once, and advances by it", async () => {
  const seen = await underVirtualClock(`
    import { setInterval as repeat, setTimeout as start } from "node:timers";
    import { scheduler, setInterval as ticks, setTimeout as wait } from "node:timers/promises";
    import { promisify } from "node:util";
    const hour = 3_600_000;
    const once = (timer, done) => { clearInterval(timer); done(); };
    const waits = {
      setTimeout: (done) => setTimeout(done, hour),
      setInterval: (done) => { const timer = setInterval(() => once(timer, done), hour); },
      "timers: setTimeout": (done) => start(done, hour),
      "timers: setInterval": (done) => { const timer = repeat(() => once(timer, done), hour); },
      "timers/promises: setTimeout": (done) => wait(hour).then(done),
      "timers/promises: setInterval": async (done) => { for await (const _ of ticks(hour)) return done(); },
      "timers/promises: scheduler.wait": (done) => scheduler.wait(hour).then(done),
      promisify: (done) => promisify(setTimeout)(hour).then(done),
    };
    const wrong = [];
    setTimeout(() => clearTimeout(late), hour);
    const late = setTimeout(() => wrong.push("cleared by a timer of the same time"), hour);
    for (const [name, wait] of Object.entries(waits)) {
      const began = Date.now();
      await new Promise(wait);
      if (new Date().getTime() - began !== hour) wrong.push(name);
    }
    const job = new AbortController();
    const aborted = wait(hour, "", { signal: job.signal }).catch(({ name, cause }) => [name, cause]);
    job.abort("cancelled");
    console.log(JSON.stringify([wrong, await aborted]));`);
  expect(seen).toEqual([[], ["AbortError", "cancelled"]]);
});
