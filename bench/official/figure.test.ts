import { expect, test } from "vitest";
import { figure, type Goal } from "./figure.ts";

test.each<[number, "lower" | "higher", Goal, string, boolean]>([
  [2, "lower", { limit: 2 }, "≤ 2 s", true],
  [2.1, "lower", { limit: 2 }, "≤ 2 s", false],
  [99, "higher", { limit: 100 }, "≥ 100 s", false],
  [3, "lower", { ratio: 3 }, "≥ 3 ×", true],
  [3.1, "lower", { ratio: 3 }, "≥ 3 ×", false],
])(
  "compares %d (%s is better) with 9 and the goal %j (%s): held is %s",
  (ours, better, goal, words, held) => {
    const found = figure({ name: "n", metric: "m", unit: "s", better, ours, official: 9, goal });
    expect(found).toMatchObject({ goal: words, held });
  },
);
