/** One of our figures compared with a named peer's, both measured in the same run. */
export interface Measurement {
  readonly name: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly ours: number;
  readonly peer: { readonly name: string; readonly value: number };
  /** How many times better our figure is: above 1 is better, in either direction of the metric. */
  readonly ratio: number;
  /** The value that the figure should reach, in words: `≥ 2 ×`, `≤ 120 s`. */
  readonly goal: string;
}

/** The default export of a file of this folder named `NAME.bench.ts`. */
export type Benchmark = () => Promise<readonly Measurement[]>;

export function measure(figures: Omit<Measurement, "ratio">): Measurement {
  const { better, ours, peer } = figures;
  const ratio = better === "lower" ? peer.value / ours : ours / peer.value;
  return { ...figures, ratio: Number(ratio.toFixed(3)) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function asTable(measurements: readonly Measurement[]): string {
  const rows = [
    ["benchmark", "metric", "ours", "peer", "times better", "goal"],
    ...measurements.map(({ name, metric, unit, ours, peer, ratio, goal }) => [
      name,
      metric,
      `${round(ours)} ${unit}`,
      `${round(peer.value)} ${unit} (${peer.name})`,
      `${ratio} ×`,
      goal,
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

const round = (value: number) => Number(value.toPrecision(4));

/** Why a benchmark cannot be measured on this machine: a sentence without its first word capitalized. */
export class NotHere extends Error {
  override readonly name = "NotHere";
}

/** The same value for our side and for the peer. */
export interface Sides<Value> {
  readonly ours: Value;
  readonly peer: Value;
}

/**
 * Measures both sides alternately, so that other load on the machine affects both. Returns the results in their order.
 */
export async function alternate<Result>(
  times: number,
  measureOnce: Sides<() => Promise<Result>>,
): Promise<Sides<Result[]>> {
  const results: Sides<Result[]> = { ours: [], peer: [] };
  for (let time = 0; time < times; time += 1)
    for (const side of ["ours", "peer"] as const) results[side].push(await measureOnce[side]());
  return results;
}

/** Returns the median of one figure of the results, for each side. */
export function medians<Result>(
  { ours, peer }: Sides<readonly Result[]>,
  pick: (result: Result) => number,
): Sides<number> {
  return { ours: median(ours.map(pick)), peer: median(peer.map(pick)) };
}
