import type { Figure } from "./figure.ts";

/** What one part of the bench found. */
export interface Report {
  readonly title: string;
  /** Head and rows of a table with what cannot be put into one figure. */
  readonly table: readonly (readonly string[])[];
  readonly figures: readonly Figure[];
  /** Everything that was seen, for the JSON file. */
  readonly details: unknown;
}
