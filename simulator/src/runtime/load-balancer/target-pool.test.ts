import { expect, it } from "vitest";
import { createWeightedChoice } from "./target-pool.ts";

it.each([
  [{ a: 1 }, { a: 1 }],
  [{ a: 0 }, { undefined: 1 }],
  [{ a: 0, b: 0 }, { undefined: 1 }],
  [{ a: 0, b: 7 }, { b: 7 }],
  [
    { a: 90, b: 10 },
    { a: 90, b: 10 },
  ],
  [
    { a: 999, b: 1, c: 3 },
    { a: 999, b: 1, c: 3 },
  ],
])("weights %j give %j", (weights, expected) => {
  const choose = createWeightedChoice(
    Object.entries(weights).map(([option, weight]) => ({ option, weight })),
  );
  const counts: Record<string, number> = {};
  const rounds = Object.values(expected).reduce((sum: number, count) => sum + Number(count), 0);
  for (let round = 0; round < rounds; round++) {
    const chosen = String(choose());
    counts[chosen] = (counts[chosen] ?? 0) + 1;
  }
  expect(counts).toEqual(expected);
});

it("spreads a small share evenly instead of in a burst", () => {
  const choose = createWeightedChoice([
    { option: "blue", weight: 9 },
    { option: "green", weight: 1 },
  ]);
  const gaps: number[] = [];
  for (let at = 0, last = 0; at < 50; at++) {
    if (choose() !== "green") continue;
    gaps.push(at - last);
    last = at;
  }
  expect(new Set(gaps.slice(1))).toEqual(new Set([10]));
});
