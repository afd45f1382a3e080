import { expect, test } from "vitest";
import { createPace } from "./pace.ts";

test("pauses two seconds after a change, longer while steady, never beyond fifteen", () => {
  const pace = createPace(() => 0.5);
  const delays = Array.from({ length: 12 }, (_, index) => Math.round(pace.next(index === 0)));
  expect(delays.slice(0, 4)).toEqual([2_000, 2_600, 3_380, 4_394]);
  expect(delays.at(-1)).toBe(15_000);
  expect(pace.next(true)).toBe(2_000);
});
