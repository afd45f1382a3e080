import { fieldNames } from "../domain/supplier.ts";
import {
  addStep,
  emptyReport,
  type ImportReport,
  listedProblems,
  outcomeOf,
} from "../transfer/import-report.ts";
import type { BatchResult, ImportStep, RowProblem } from "../transfer/import-suppliers.ts";
import type { View } from "./layout.ts";
import { describeProblem, describeResult } from "./transfer-report.ts";

/** The report of an import for scripts: what the page says, and the facts beside the sentences. */
export async function collectReport(view: View, steps: AsyncIterable<ImportStep>) {
  let report: ImportReport = emptyReport;
  const batches: object[] = [];
  const problems: object[] = [];
  for await (const step of steps) {
    if ("rows" in step) {
      batches.push(batchFacts(step));
      problems.push(...listedProblems(report, step).map((problem) => problemFacts(view, problem)));
    }
    report = addStep(report, step);
  }
  const { importedRows, otherRows, refusal } = report;
  const body = {
    outcome: outcomeOf(report),
    importedRows,
    otherRows,
    messages: describeResult(view, report),
    ...(refusal && { refusal }),
    batches,
    problems,
    unlistedProblems: report.problems - report.listedProblems,
  };
  return { report, body };
}

const batchFacts = ({ outcome, firstLine, lastLine, rows }: BatchResult) => ({
  outcome,
  firstLine,
  lastLine,
  rows,
});

const problemFacts = (view: View, problem: RowProblem) => ({
  ...("field" in problem ? problem : { ...problem, expectedValues: fieldNames.length }),
  message: describeProblem(view, problem),
});
