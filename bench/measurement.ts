/** One figure of ours beside a named peer's, both measured in the same run. */
export interface Measurement {
  readonly name: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly ours: number;
  readonly peer: { readonly name: string; readonly value: number };
  /** How many times better ours is than the peer's: above 1 is better, whichever way the metric points. */
  readonly ratio: number;
  /** What the figure should reach, in words: `≥ 2 ×`, `≤ 120 s`. */
  readonly goal: string;
}

/** A file of this folder, `NAME.bench.ts`, exports one as its default. */
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
