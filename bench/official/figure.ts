import { type Measurement, measure } from "../measurement.ts";

/** A figure of ours beside that of the official actions, and whether its goal is reached. */
export interface Figure extends Measurement {
  readonly held: boolean;
}

/** What is wanted of ours: a limit of its own, or how many times better than the other it is to be. */
export type Goal = { readonly limit: number } | { readonly ratio: number };

interface FigureOptions {
  readonly name: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly ours: number;
  readonly official: number;
  /** Which of the official actions, or in which setting. */
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
