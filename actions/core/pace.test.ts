import { expect, test } from "vitest";
import { createPace, systemClock } from "./pace.ts";

test("pauses two seconds after a change, longer while steady, never beyond fifteen", () => {
  const pace = createPace(() => 0.5);
  const delays = Array.from({ length: 12 }, (_, index) => Math.round(pace.next(index === 0)));
  expect(delays.slice(0, 4)).toEqual([2_000, 2_600, 3_380, 4_394]);
  expect(delays.at(-1)).toBe(15_000);
  expect(pace.next(true)).toBe(2_000);
});

test("ends a wait with the signal's own reason", async () => {
  const job = new AbortController();
  const wait = systemClock.wait(60_000, job.signal);
  const reason = new Error("cancelled");
  job.abort(reason);
  await expect(wait).rejects.toBe(reason);
  await expect(systemClock.wait(60_000, job.signal)).rejects.toBe(reason);
});
