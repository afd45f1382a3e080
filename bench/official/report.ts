import type { Measurement } from "../measurement.ts";

/** Result of one part of the bench. */
export interface Report {
  readonly title: string;
  /** Head and rows of a table with details that no single figure can show. */
  readonly table: readonly (readonly string[])[];
  readonly figures: readonly Measurement[];
  /** All observations, for the JSON file. */
  readonly details: unknown;
}
