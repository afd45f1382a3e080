import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, it, onTestFinished } from "vitest";
import { asTable, type Goal, type Measurement, measure, median } from "./measurement.ts";
import { runBenchmarks } from "./run-benchmarks.ts";

const figures = { name: "n", metric: "m", unit: "s", better: "higher" as Measurement["better"] };
const peer = (value: number) => ({ name: "p", value });

it.each<[Measurement["better"], number, number, ratio: number, goal: Goal, held: boolean]>([
  ["lower", 2, 6, 3, "≥ 3 ×", true],
  ["lower", 6, 2, 0.333, "≥ 0.334 ×", false],
  ["higher", 6, 2, 3, "≥ 3.001 ×", false],
  ["lower", 120, 240, 2, "≤ 120 s", true],
  ["lower", 120.1, 120.1, 1, "≤ 120 s", false],
  ["higher", 99, 99, 1, "≥ 100 %", false],
  ["higher", 999, 1000, 0.999, "1 ×", false],
  ["higher", Number.NaN, 1, Number.NaN, "≥ 1 ×", false],
  ["lower", 2, 1, 0.5, "", true],
])(
  "with %s values better, rates %d against %d as %d times better, and %j as %s",
  (better, ours, value, ratio, goal, held) => {
    const row = measure({ ...figures, better, ours, peer: peer(value), goal });
    expect(row).toMatchObject({ ratio, held });
    expect(asTable([row])).toContain(held ? ` ${ratio} ×` : `**${ratio} ×**`);
  },
);

it.each([
  [["reached"], 0, []],
  [[], 1, ["missed: n, slow: 1 s, 0.5 ×; ≥ 1 ×"]],
  [["absent"], 2, []],
])("the benchmarks %j end with %i and list what was missed", async (names, code, missed) => {
  const folder = useFolder(onTestFinished);
  const printed: string[] = [];
  const print = (line: string) => void printed.push(line);
  const write = (name: string, row: Measurement) =>
    writeFile(join(folder, `${name}.bench.ts`), `export default async () => [${JSON.stringify(row)}];\n`);
  await write("missed", measure({ ...figures, metric: "slow", ours: 1, peer: peer(2), goal: "≥ 1 ×" }));
  await write("reached", measure({ ...figures, metric: "fast", ours: 2, peer: peer(2), goal: "≥ 1 ×" }));
  expect(await runBenchmarks(folder, folder, names, { log: print, error: print })).toBe(code);
  expect(printed.filter((line) => line.startsWith("missed:"))).toEqual(missed);
});

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
])("computes the median of %j as %d", (values, expected) => expect(median(values)).toBe(expected));
