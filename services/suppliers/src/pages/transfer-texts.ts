import type { Language } from "../language.ts";
import type { Refusal } from "../transfer/import-refusal.ts";
import type { BatchOutcome } from "../transfer/import-suppliers.ts";
import { english } from "./transfer-english-texts.ts";
import { french } from "./transfer-french-texts.ts";

/** What the pages of import and export say. */
export interface TransferTexts {
  readonly purpose: string;
  readonly columns: (names: string) => string;
  readonly format: string;
  readonly batches: (rows: number, limit: string) => string;
  readonly example: string;
  readonly file: string;
  readonly start: string;
  readonly nothingImported: string;
  readonly refusal: (refusal: Refusal, limit: string) => string;
  readonly progress: string;
  readonly batch: (outcome: BatchOutcome, firstLine: number, lastLine: number, rows: number) => string;
  readonly atLine: (line: number, sentence: string) => string;
  readonly valueCount: (found: number, expected: number) => string;
  readonly result: string;
  readonly allImported: (rows: number) => string;
  readonly someImported: (imported: number, others: number) => string;
  readonly moreProblems: (count: number) => string;
  readonly endedAfter: (line: number) => string;
  readonly brokenOff: (line: number) => string;
  readonly advice: string;
  readonly backToList: string;
  readonly importAnother: string;
}

export const transferTexts: Readonly<Record<Language, TransferTexts>> = { en: english, fr: french };
