import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, vi } from "vitest";
import { createVirtualClock } from "./virtual-clock.support.ts";

const minute = 60_000;

it("passes a day at once for what waits in the foreground", async () => {
  const clock = createVirtualClock();
  const before = clock.foreground.now();
  await clock.foreground.wait(1440 * minute);
  expect(clock.foreground.now() - before).toBe(1440 * minute);
  expect(clock.now().getTime()).toBe(clock.foreground.now());
});

it("does not advance while only the simulator waits", async () => {
  const clock = createVirtualClock();
  let isOver = false;
  clock.wait(1).then(() => {
    isOver = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isOver).toBe(false);
  await clock.foreground.wait(1);
  expect(isOver).toBe(true);
});

it("ends waits in the order of their deadlines, the simulator's before those of a test at the same instant", async () => {
  const clock = createVirtualClock();
  const ended: string[] = [];
  const note = (name: string, wait: Promise<void>) => wait.then(() => void ended.push(name));
  await Promise.all([
    note("test, 2 minutes", clock.foreground.wait(2 * minute)),
    note("simulator, 2 minutes", clock.wait(2 * minute)),
    note("simulator, 1 minute", clock.wait(minute)),
    note("test, 3 minutes", clock.foreground.wait(3 * minute)),
  ]);
  expect(ended).toEqual([
    "simulator, 1 minute",
    "simulator, 2 minutes",
    "test, 2 minutes",
    "test, 3 minutes",
  ]);
});

it("lets a request in progress end before time advances", async () => {
  const clock = createVirtualClock();
  const server = createServer((_, response) => void response.end("ok")).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const start = clock.foreground.now();
  const loop = async () => {
    for (let count = 0; count < 20; count++) await (await fetch(`http://127.0.0.1:${port}`)).text();
    return clock.foreground.now();
  };
  const [ended] = await Promise.all([loop(), clock.foreground.wait(10 * minute)]);
  expect(ended).toBe(start);
  server.close();
});

it("advances time when a request itself waits for it", async () => {
  const clock = createVirtualClock();
  const server = createServer((_, response) => void clock.wait(minute).then(() => response.end("ok")));
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const response = await clock.during(fetch(`http://127.0.0.1:${port}`));
  expect(await response.text()).toBe("ok");
  server.close();
});

it("checks again until a condition is true or an assertion passes, and then returns its value", async () => {
  const clock = createVirtualClock();
  const start = clock.foreground.now();
  let state = "creating";
  clock.wait(5 * minute).then(() => {
    state = "available";
  });
  expect(await clock.until(() => state === "available" && "yes")).toBe("yes");
  await clock.eventually(() => expect(state).toBe("available"));
  expect(clock.foreground.now() - start).toBeLessThanOrEqual(5 * minute + 1_000);
});

it("gives up after the given time, with the last reason", async () => {
  const clock = createVirtualClock();
  const start = clock.foreground.now();
  const claim = clock.eventually(() => Promise.reject(new Error("not yet")), { withinMs: minute });
  await expect(claim).rejects.toThrow("not yet");
  expect(clock.foreground.now() - start).toBe(minute);
});

it("ends a wait with the reason of its signal, and all waits of the foreground when it stops", async () => {
  const clock = createVirtualClock();
  const ending = new AbortController();
  const wait = clock.wait(minute, ending.signal);
  ending.abort(new Error("closing"));
  await expect(wait).rejects.toThrow("closing");
  const forever = clock.foreground.wait(Number.POSITIVE_INFINITY);
  clock.stop();
  await expect(forever).rejects.toThrow("time has stopped");
});

it("is not affected by fake timers", async () => {
  const clock = createVirtualClock();
  vi.useFakeTimers();
  try {
    await clock.foreground.wait(minute);
  } finally {
    vi.useRealTimers();
  }
});
