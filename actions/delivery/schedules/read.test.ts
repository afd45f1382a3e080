import { expect, test } from "vitest";
import { hasEnded } from "./read.ts";

const now = Date.parse("2026-07-01T12:00:00Z");

test.each<[string, Parameters<typeof hasEnded>[0], boolean]>([
  ["that repeats", { ScheduleExpression: "rate(1 hour)" }, false],
  ["without an expression", {}, false],
  ["whose one time is over", { ScheduleExpression: "at(2026-07-01T11:59:59)" }, true],
  ["whose one time is this second", { ScheduleExpression: "at(2026-07-01T12:00:00)" }, false],
  [
    "whose one time is over where it is",
    { ScheduleExpression: "at(2026-07-01T13:59:59)", ScheduleExpressionTimezone: "Europe/Paris" },
    true,
  ],
  [
    "whose one time is to come where it is",
    { ScheduleExpression: "at(2026-07-01T11:00:00)", ScheduleExpressionTimezone: "America/New_York" },
    false,
  ],
  ["whose end was a second ago", { ScheduleExpression: "rate(1 hour)", EndDate: now / 1_000 - 1 }, true],
  ["whose end is now", { ScheduleExpression: "rate(1 hour)", EndDate: now / 1_000 }, false],
])("sees whether a schedule has ended %s", (_, timing, expected) => {
  expect(hasEnded(timing, now)).toBe(expected);
});
