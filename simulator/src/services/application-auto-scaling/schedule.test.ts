import { expect, it } from "vitest";
import { parseSchedule } from "./schedule.ts";

const after = new Date("2026-02-27T10:07:30Z"); // a Friday

it.each([
  ["at(2026-03-01T12:00:00)", "2026-03-01T12:00:00"],
  ["rate(5 minutes)", "2026-02-27T10:12:30"],
  ["rate(1 hour)", "2026-02-27T11:07:30"],
  ["rate(2 days)", "2026-03-01T10:07:30"],
  ["cron(0 10 * * ? *)", "2026-02-28T10:00:00"],
  ["cron(15 12 * * ? *)", "2026-02-27T12:15:00"],
  ["cron(0 18 ? * MON-FRI *)", "2026-02-27T18:00:00"],
  ["cron(0 8 1 * ? *)", "2026-03-01T08:00:00"],
  ["cron(0/15 * * * ? *)", "2026-02-27T10:15:00"],
  ["cron(0/10 * ? * SAT,SUN *)", "2026-02-28T00:00:00"],
  ["cron(0/5 8-9 ? * MON-FRI *)", "2026-03-02T08:00:00"],
  ["cron(0 0 29 FEB ? *)", "2028-02-29T00:00:00"],
])("%s runs next at %s", (schedule, time) => {
  expect(parseSchedule(schedule).next(after)?.toISOString()).toBe(`${time}.000Z`);
});

it.each(["at(2026-02-27T10:07:30)", "cron(0 0 1 1 ? 2020)"])("%s does not run again", (schedule) => {
  expect(parseSchedule(schedule).next(after)).toBeUndefined();
});

it.each([
  ["tomorrow", "none of at("],
  ["at(2026-13-01T00:00:00)", "not of the form at("],
  ["at(tomorrow)", "not of the form at("],
  ["rate(0 minutes)", "not of the form rate("],
  ["rate(5 seconds)", "not of the form rate("],
  ["cron(0 10 * *)", "six fields"],
  ["cron(0 0 10 * * ? *)", "six fields"],
  ["cron(0 10 L * ? *)", "'L' as the day-of-month"],
  ["cron(0 10 ? * MON#2 *)", "'MON#2' as the day-of-week"],
  ["cron(0 10 ? * 2 *)", "'2' as the day-of-week"],
  ["cron(60 10 * * ? *)", "'60' as the minutes"],
  ["cron(0/0 10 * * ? *)", "'0/0' as the minutes"],
  ["cron(30-10 10 * * ? *)", "'30-10' as the minutes"],
])("%s is refused: %s", (schedule, message) => {
  expect(() => parseSchedule(schedule)).toThrow(message);
});
