import { expect, test } from "vitest";
import { createArrivals, levelAt, type Spacing } from "./arrivals.ts";
import type { LoadStage } from "./report.ts";

function dues(stages: LoadStage[], spacing: Spacing = "constant", random?: () => number): number[] {
  const arrivals = createArrivals(stages, spacing, random);
  const all: number[] = [];
  for (; arrivals.dueMs !== Number.POSITIVE_INFINITY; arrivals.advance()) all.push(arrivals.dueMs);
  return all;
}

const stage = (durationMs: number, from: number, to = from): LoadStage => ({ durationMs, from, to });

test.each<[string, LoadStage[], number]>([
  ["a constant rate", [stage(10_000, 50)], 500],
  ["a ramp from zero", [stage(10_000, 0, 200)], 1000],
  ["a ramp to zero", [stage(10_000, 200, 0)], 1000],
  ["a break between two stages", [stage(1000, 10), stage(5000, 0), stage(1000, 10)], 20],
  ["a rate below one a second", [stage(10_000, 0.3)], 3],
  ["parts of a request, carried over to the next stage", [stage(1000, 1.5), stage(1000, 1.5)], 3],
  ["nothing at all", [stage(1000, 0)], 0],
])("sends as many requests for %s as its area", (_, stages, count) => {
  const all = dues(stages);
  expect(all).toHaveLength(count);
  expect(all).toEqual(all.toSorted((one, other) => one - other));
});

test("spaces requests of a constant rate evenly from the beginning", () => {
  expect(dues([stage(1000, 5)])).toEqual([0, 200, 400, 600, 800]);
});

test("has sent half of a ramp's requests at the half of its triangle", () => {
  const all = dues([stage(10_000, 0, 200)]);
  expect(all[500]).toBeCloseTo(10_000 * Math.SQRT1_2, 6);
});

test("never ends an endless stage", () => {
  const arrivals = createArrivals([stage(Number.POSITIVE_INFINITY, 100)], "constant");
  for (let sent = 0; sent < 1000; sent++) arrivals.advance();
  expect(arrivals.dueMs).toBe(10_000);
});

test("keeps the rate with poisson arrivals and varies the gaps exponentially", () => {
  // A generator of pseudo-random numbers with a fixed seed: Numerical Recipes' ranqd1.
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
])("computes the level at %i ms as %i", (atMs, level) => {
  expect(levelAt([stage(1000, 10), stage(1000, 0, 100)], atMs)).toBe(level);
});
