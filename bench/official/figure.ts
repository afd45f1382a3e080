import { type Measurement, measure } from "../measurement.ts";

/** One of our figures compared with the official actions', and whether its goal is reached. */
export interface Figure extends Measurement {
  readonly held: boolean;
}

/** The goal of our figure: a limit of its own, or how many times better than the other it has to be. */
export type Goal = { readonly limit: number } | { readonly ratio: number };

interface FigureOptions {
  readonly name: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly ours: number;
  readonly official: number;
  /** The official action or its setting that this is compared with. */
  readonly by?: string;
  readonly goal: Goal;
}

export function figure({ goal, official, by = "official", ...rest }: FigureOptions): Figure {
  const sign = rest.better === "lower" ? "≤" : "≥";
  const words = "limit" in goal ? `${sign} ${goal.limit} ${rest.unit}` : `≥ ${goal.ratio} ×`;
  const measurement = measure({ ...rest, peer: { name: by, value: official }, goal: words });
  return { ...measurement, held: isHeld(measurement, goal) };
}

function isHeld({ better, ours, ratio }: Measurement, goal: Goal): boolean {
  if ("ratio" in goal) return ratio >= goal.ratio;
  return better === "lower" ? ours <= goal.limit : ours >= goal.limit;
}

/** Result of one part of the bench. */
export interface Report {
  readonly title: string;
  /** Head and rows of a table with details that no single figure can show. */
  readonly table: readonly (readonly string[])[];
  readonly figures: readonly Figure[];
  /** All observations, for the JSON file. */
  readonly details: unknown;
}

/** Formats columns as wide as their widest cell; the first row is the head. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
