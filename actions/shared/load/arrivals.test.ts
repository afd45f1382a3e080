import { expect, test } from "vitest";
import { createArrivals, type Spacing } from "./arrivals.ts";
import type { LoadStage } from "./report.ts";
import { levelAt } from "./stages.ts";

function dues(stages: LoadStage[], spacing: Spacing = "constant", random?: () => number): number[] {
  const arrivals = createArrivals(stages, spacing, random);
  const all: number[] = [];
  for (; arrivals.dueMs !== Number.POSITIVE_INFINITY; arrivals.advance()) all.push(arrivals.dueMs);
  return all;
}

const stage = (durationMs: number, from: number, to = from): LoadStage => ({ durationMs, from, to });

test.each<[string, LoadStage[], number]>([
  ["a constant rate", [stage(10_000, 50)], 500],
  ["a ramp from nothing", [stage(10_000, 0, 200)], 1000],
  ["a ramp to nothing", [stage(10_000, 200, 0)], 1000],
  ["a break between two stages", [stage(1000, 10), stage(5000, 0), stage(1000, 10)], 20],
  ["a rate below one a second", [stage(10_000, 0.3)], 3],
  ["parts of a request, carried over to the next stage", [stage(1000, 1.5), stage(1000, 1.5)], 3],
  ["nothing at all", [stage(1000, 0)], 0],
])("%s has as many requests as its area", (_, stages, count) => {
  const all = dues(stages);
  expect(all).toHaveLength(count);
  expect(all).toEqual(all.toSorted((one, other) => one - other));
});

test("requests of a constant rate are evenly spaced from the begin on", () => {
  expect(dues([stage(1000, 5)])).toEqual([0, 200, 400, 600, 800]);
});

test("a ramp is half-way through its requests when a triangle is", () => {
  const all = dues([stage(10_000, 0, 200)]);
  expect(all[500]).toBeCloseTo(10_000 * Math.SQRT1_2, 6);
});

test("an endless stage never runs out", () => {
  const arrivals = createArrivals([stage(Number.POSITIVE_INFINITY, 100)], "constant");
  for (let sent = 0; sent < 1000; sent++) arrivals.advance();
  expect(arrivals.dueMs).toBe(10_000);
});

test("poisson arrivals keep the rate and vary the gaps as exponentials do", () => {
  // A generator of pseudo-random numbers with a fixed begin: Numerical Recipes' ranqd1.
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const all = dues([stage(100_000, 100)], "poisson", random);
  expect(all.length).toBeGreaterThan(9_600);
  expect(all.length).toBeLessThan(10_400);
  const gaps = all.slice(1).map((due, index) => due - (all[index] ?? 0));
  const longerThanMean = gaps.filter((gap) => gap > 10).length / gaps.length;
  expect(longerThanMean).toBeCloseTo(Math.exp(-1), 1);
});

test.each<[number, number]>([
  [0, 10],
  [999, 10],
  [1000, 0],
  [1500, 50],
  [2000, 0],
])("the level at %i ms is %i", (atMs, level) => {
  expect(levelAt([stage(1000, 10), stage(1000, 0, 100)], atMs)).toBe(level);
});
