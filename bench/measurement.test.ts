import { expect, it } from "vitest";
import { asTable, measure, median } from "./measurement.ts";

it.each([
  ["lower" as const, 2, 6, 3],
  ["lower" as const, 6, 2, 0.333],
  ["higher" as const, 6, 2, 3],
])("with %s values better, rates %d against %d as %d times better", (better, ours, value, ratio) => {
  const row = measure({
    name: "n",
    metric: "m",
    unit: "ms",
    better,
    ours,
    peer: { name: "p", value },
    goal: "",
  });
  expect(row.ratio).toBe(ratio);
  expect(asTable([row])).toContain(`${ratio} ×`);
});

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
])("computes the median of %j as %d", (values, expected) => expect(median(values)).toBe(expected));
