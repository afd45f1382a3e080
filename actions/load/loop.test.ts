import { expect, test } from "vitest";
import { arrivalsOf, type Load } from "./loop.ts";

function duesOf(rate: number, endMs: number, spacing: Load["spacing"] = "constant", random = Math.random) {
  const arrivals = arrivalsOf(rate, spacing, random);
  const dues: number[] = [];
  for (let due = arrivals.next().value; due < endMs; due = arrivals.next().value) dues.push(due);
  return dues;
}

test.each<[rate: number, endMs: number, count: number]>([
  [50, 10_000, 500],
  [0.3, 10_000, 3],
  [1.5, 2000, 3],
])("has %d requests a second until %d ms: %d", (rate, endMs, count) => {
  expect(duesOf(rate, endMs)).toHaveLength(count);
});

test("spaces requests of a constant rate evenly from the beginning", () => {
  expect(duesOf(5, 1000)).toEqual([0, 200, 400, 600, 800]);
});

test("keeps the rate with poisson arrivals and varies the gaps exponentially", () => {
  // A generator of pseudo-random numbers with a fixed seed: Numerical Recipes' ranqd1.
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const dues = duesOf(100, 100_000, "poisson", random);
  expect(dues.length).toBeGreaterThan(9_600);
  expect(dues.length).toBeLessThan(10_400);
  const gaps = dues.slice(1).map((due, index) => due - (dues[index] ?? 0));
  const longerThanMean = gaps.filter((gap) => gap > 10).length / gaps.length;
  expect(longerThanMean).toBeCloseTo(Math.exp(-1), 1);
});
