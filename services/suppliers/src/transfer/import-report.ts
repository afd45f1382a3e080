import type { Refusal } from "./import-refusal.ts";
import type { BatchResult, ImportStep, RowProblem } from "./import-suppliers.ts";

/** More than this nobody corrects by hand; the rest is counted. */
const mostListedProblems = 100;

/** What has become of an import so far. */
export interface ImportReport {
  readonly importedRows: number;
  /** Of the batches that were not written, or not surely. */
  readonly otherRows: number;
  readonly problems: number;
  readonly listedProblems: number;
  /** The last line of which is known what became of it; zero before the first batch. */
  readonly lastLine: number;
  /** Why the file was not read to its end, when that is the file's fault. */
  readonly refusal?: Refusal;
  /** Why the import broke off, when that is not the file's fault. */
  readonly cause?: unknown;
}

export const emptyReport: ImportReport = {
  importedRows: 0,
  otherRows: 0,
  problems: 0,
  listedProblems: 0,
  lastLine: 0,
};

/** `complete`: every row of the file is in; `partial`: some are; `none`: none is. */
export type ImportOutcome = "complete" | "partial" | "none";

export function addStep(report: ImportReport, step: ImportStep): ImportReport {
  if (step.outcome === "ended") return { ...report, refusal: step.refusal };
  if (step.outcome === "broken-off") return { ...report, cause: step.cause };
  const imported = step.outcome === "imported";
  return {
    ...report,
    importedRows: report.importedRows + (imported ? step.rows : 0),
    otherRows: report.otherRows + (imported ? 0 : step.rows),
    problems: report.problems + step.problems.length,
    listedProblems: report.listedProblems + listedProblems(report, step).length,
    lastLine: step.lastLine,
    cause: step.cause,
  };
}

/** Those of the batch that the report still has room for. */
export function listedProblems(report: ImportReport, batch: BatchResult): readonly RowProblem[] {
  return batch.problems.slice(0, mostListedProblems - report.listedProblems);
}

export function outcomeOf({ importedRows, otherRows, refusal, cause }: ImportReport): ImportOutcome {
  if (otherRows === 0 && !refusal && cause === undefined) return "complete";
  return importedRows > 0 ? "partial" : "none";
}
