import { describe, expect, test } from "vitest";
import { fitAmdahl, fitUsl, limitOf, type ScalingLaw, throughputAt } from "./scaling-laws.ts";

const law = (perSecond: number, contention: number, coherency = 0): ScalingLaw => ({
  ...{ perSecond, contention, coherency },
});
const measured = (from: ScalingLaw, counts: readonly number[], noise: readonly number[] = []) =>
  counts.map((taskCount, index) => ({
    taskCount,
    perSecond: throughputAt(from, taskCount) * (1 + (noise[index] ?? 0)),
  }));

test("a law gives the published figures", () => {
  // Amdahl: a tenth serial, ten processors: 1 / (0.1 + 0.9 / 10).
  expect(throughputAt(law(1, 0.1), 10)).toBeCloseTo(5.263, 3);
  expect(throughputAt(law(100, 0, 0), 7)).toBe(700);
  expect(throughputAt(law(100, 0.05, 0.01), 4)).toBeCloseTo(400 / (1 + 0.15 + 0.12), 9);
});

describe("the fit", () => {
  test.each<[string, ScalingLaw, number[]]>([
    ["linear scaling", law(50, 0), [1, 2, 3]],
    ["a serial part", law(50, 0.08), [1, 2, 3, 6]],
    ["a serial part from other counts than one", law(950, 0.3), [2, 5, 12]],
    ["coherency alone", law(20, 0, 0.02), [1, 3, 4, 8]],
    ["both", law(50, 0.04, 0.006), [1, 2, 4, 8]],
    ["three counts, the fewest", law(50, 0.04, 0.006), [1, 2, 3]],
  ])("of the USL finds the numbers of %s", (_, { perSecond, contention, coherency }, counts) => {
    const found = fitUsl(measured(law(perSecond, contention, coherency), counts));
    expect(found?.perSecond).toBeCloseTo(perSecond, 6);
    expect(found?.contention).toBeCloseTo(contention, 9);
    expect(found?.coherency).toBeCloseTo(coherency, 9);
  });

  test("of Amdahl's law finds the serial part, and ignores coherency", () => {
    expect(fitAmdahl(measured(law(50, 0.2), [1, 2, 4]))?.contention).toBeCloseTo(0.2, 9);
    expect(fitAmdahl(measured(law(50, 0.1, 0.02), [1, 2, 4, 8]))?.coherency).toBe(0);
  });

  test("comes near the numbers behind measurements with errors of two per cent", () => {
    const found = fitUsl(
      measured(law(50, 0.05, 0.01), [1, 2, 3, 4, 6, 8], [0.02, -0.02, 0.01, 0, -0.01, 0.02]),
    );
    expect(found?.perSecond).toBeCloseTo(50, -1);
    expect(Math.abs((found?.contention ?? 1) - 0.05)).toBeLessThan(0.04);
    expect(Math.abs((found?.coherency ?? 1) - 0.01)).toBeLessThan(0.006);
  });

  test("has no negative part, even of more than linear throughput", () => {
    const points = [1, 2, 3].map((taskCount) => ({ taskCount, perSecond: 10 * taskCount ** 1.2 }));
    expect([fitAmdahl(points), fitUsl(points)]).toMatchObject([
      { contention: 0, coherency: 0 },
      { contention: 0, coherency: 0 },
    ]);
  });

  test.each([
    [fitAmdahl, [1], [1, 2]],
    [fitAmdahl, [2, 2, 2], [2, 3]],
    [fitUsl, [1, 2], [1, 2, 3]],
  ])("%o needs different counts, as many as numbers", (fit, few, enough) => {
    expect(fit(measured(law(50, 0.1), few))).toBeUndefined();
    expect(fit(measured(law(50, 0.1), enough))).toBeDefined();
  });
});

test.each<[string, ScalingLaw, number, number]>([
  ["nothing in common", law(50, 0), Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ["a twentieth serial", law(50, 0.05), Number.POSITIVE_INFINITY, 1000],
  ["coherency", law(50, 0.04, 0.006), 13, throughputAt(law(50, 0.04, 0.006), 13)],
  ["each further task a loss", law(50, 0.9, 0.5), 1, 50],
])("the limit of %s", (_, from, tasks, perSecond) => {
  expect(limitOf(from)).toEqual({ tasks, perSecond });
});
