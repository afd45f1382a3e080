import { expect, test } from "vitest";
import { createUpClock, isCrashLoop, pauseOf, settleTimeOf } from "./up-clock.ts";

const second = 1_000;

test.each([
  ["a rolling update", undefined, "complete", 0, 60],
  ["old tasks that are kept for three minutes", undefined, "complete", 180 * second, 180],
  ["old tasks that are kept for an hour", undefined, "complete", 3_600 * second, 300],
  ["old tasks that the step does not wait for", undefined, "traffic-shifted", 180 * second, 60],
  ["a given time", 7 * second, "complete", 180 * second, 7],
  ["zero", 0, "complete", 180 * second, 0],
  ["a start that does not settle", 7 * second, "started", 0, 0],
  ["a registration", undefined, "registered", 0, 0],
])("settles with %s", (_, given, until, keptMs, seconds) => {
  expect(settleTimeOf(given, until, keptMs)).toBe(seconds * second);
});

/** At each second: serves (.), something is missing (-), is unhealthy (u), one more task failed (f), and serves again. */
test.each<[string, number | undefined, string]>([
  ["...........", 10, "tasks that serve"],
  ["--...........", 12, "tasks that serve later"],
  ["...---......", 10, "tasks that are missing meanwhile, as after a scale-out"],
  ["...u...........", 14, "an unhealthy target that recovers"],
  ["....f-...........", 16, "a task that failed and is replaced"],
  [".....f-....f-....f-....f-.", undefined, "a crash loop that is faster than the settle time"],
])("%s is settled after %s s: %s", (seconds, wanted) => {
  const clock = createUpClock(10);
  let failed = 0;
  const left = [...seconds].map((seen, now) => {
    if (seen === "f") failed += 1;
    return clock(now, { serves: seen === ".", fails: seen === "u", failed, upSince: now });
  });
  const at = left.indexOf(0);
  expect(at === -1 ? undefined : at).toBe(wanted);
});

test.each([
  [60_000, 60_000, 20_000],
  [60_000, 7_000, 7_000],
  [300_000, 300_000, 20_000],
  [900, 900, 300],
  [900, 0, 300],
])("polls a settle time of %i ms with %i ms left after %i ms", (settleMs, leftMs, pause) => {
  expect(pauseOf(settleMs, leftMs)).toBe(pause);
});

test.each([
  [[0, 60, 120], 200, true],
  [[0, 60, 120], 240, true],
  [[0, 60, 120], 241, false],
  [[0, 300, 600], 1_200, true],
  [[0], 1, false],
  [[], 1, false],
])("failures at %j are a crash loop at %i: %s", (times, now, wanted) => {
  expect(
    isCrashLoop(
      times.map((stoppedAt) => ({ stoppedAt })),
      now,
    ),
  ).toBe(wanted);
});
