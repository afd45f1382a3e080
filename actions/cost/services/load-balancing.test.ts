import { expect, test } from "vitest";
import { lcuOf } from "./load-balancing.ts";

/** One request a second for an hour, of no size, each over a connection of its own that closes at once. */
const traffic = {
  hours: 1,
  requests: 3600,
  requestKb: 0,
  responseKb: 0,
  requestsPerConnection: 1,
  connectionSeconds: 0,
};

test.each<[string, Partial<typeof traffic>, number, number]>([
  ["25 new connections a second", { requests: 25 * 3600 }, 0, 1],
  ["3,000 connections at once", { requests: 10 * 3600, connectionSeconds: 300 }, 0, 1],
  ["1 GB in an hour", { responseKb: 1024 ** 2 / 3600 }, 0, 1],
  [
    "1,000 evaluations of an eleventh rule in a second",
    { requests: 1000 * 3600, requestsPerConnection: 1000 },
    11,
    1,
  ],
  ["ten rules, which are free", { requests: 1000 * 3600, requestsPerConnection: 1000 }, 10, 0.04],
  ["the same traffic in twice the hours", { requests: 25 * 3600, hours: 2 }, 0, 0.5],
])("%s", (_, changes, rules, expected) => {
  expect(lcuOf({ ...traffic, ...changes }, rules).perHour).toBeCloseTo(expected, 10);
});

test("bills the highest of the four dimensions, and names it", () => {
  expect(lcuOf({ ...traffic, responseKb: 1024 }, 0).basis).toBe("3600 requests; bytes count most");
  expect(lcuOf({ ...traffic, connectionSeconds: 3000 }, 0).basis).toMatch(/active connections count most/);
});
