import { expect, test } from "vitest";
import { parseTimes } from "./times.ts";

test.each<[string, string, string | undefined]>([
  ["rate(5 minutes)", "UTC", "2027-03-26T22:05:00.000Z"],
  ["cron(0/15 * * * ? *)", "UTC", "2027-03-26T22:15:00.000Z"],
  ["cron(30 8 ? * 2 *)", "UTC", "2027-03-29T08:30:00.000Z"],
  ["cron(0 8 ? * 6L *)", "UTC", "2027-04-30T08:00:00.000Z"],
  ["cron(30 9 ? * SUN *)", "Europe/Paris", "2027-03-28T07:30:00.000Z"],
  ["at(2027-03-27T08:00:00)", "America/New_York", "2027-03-27T12:00:00.000Z"],
  ["at(2027-03-01T08:00:00)", "UTC", undefined],
])("%s in %s is next due at %s", (expression, timezone, next) => {
  expect(parseTimes(expression, timezone)?.(new Date("2027-03-26T22:00:00Z"))?.toISOString()).toBe(next);
});
