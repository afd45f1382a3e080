import { html } from "hono/html";
import { fieldLengths, fieldNames } from "../domain/supplier.ts";
import {
  addStep,
  emptyReport,
  type ImportReport,
  listedProblems,
  outcomeOf,
} from "../transfer/import-report.ts";
import type { BatchResult, ImportStep, RowProblem } from "../transfer/import-suppliers.ts";
import { importPath, listPath, type Markup, pageAround, type View } from "./layout.ts";
import { limitText } from "./transfer-form.ts";
import { transferTexts } from "./transfer-texts.ts";

/** The page of a running import, piece by piece: a line for every batch as soon as it is done, then the result. */
export async function* reportPage(view: View, steps: AsyncIterable<ImportStep>): AsyncGenerator<string> {
  const texts = transferTexts[view.language];
  const [before, after] = pageAround(view, view.texts.importSuppliers);
  yield render(html`${before}<h1>${view.texts.importSuppliers}</h1>
<section aria-labelledby="progress"><h2 id="progress">${texts.progress}</h2>
<div role="log" aria-labelledby="progress"><ol>
`);
  let report = emptyReport;
  for await (const step of steps) {
    if ("rows" in step) yield render(batchLine(view, step, report));
    report = addStep(report, step);
  }
  yield render(html`</ol></div></section>
${result(view, report)}${after}`);
}

const render = async (markup: Markup) => String(await markup);

function batchLine(view: View, batch: BatchResult, report: ImportReport): Markup {
  const { outcome, firstLine, lastLine, rows } = batch;
  const line = transferTexts[view.language].batch(outcome, firstLine, lastLine, rows);
  const problems = listedProblems(report, batch);
  return html`<li data-outcome="${outcome}">${line}${problems.length > 0 ? html`<ul>${problems.map((problem) => html`<li>${describeProblem(view, problem)}</li>\n`)}</ul>` : ""}</li>\n`;
}

/** A problem as a sentence that begins with its line. */
export function describeProblem({ language, texts }: View, problem: RowProblem): string {
  const { atLine, valueCount } = transferTexts[language];
  return atLine(
    problem.line,
    "field" in problem
      ? texts.problem(problem.problem, problem.field, fieldLengths[problem.field])
      : valueCount(problem.values, fieldNames.length),
  );
}

/** The result in words, one sentence after the other. */
export function describeResult(view: View, report: ImportReport): string[] {
  const texts = transferTexts[view.language];
  const { importedRows, otherRows, problems, refusal, cause } = report;
  const isComplete = outcomeOf(report) === "complete";
  return [
    isComplete ? texts.allImported(importedRows) : texts.someImported(importedRows, otherRows),
    refusal && texts.refusal(refusal, limitText(view)),
    refusal && texts.endedAfter(report.lastLine),
    cause !== undefined && texts.brokenOff(report.lastLine),
    problems > report.listedProblems && texts.moreProblems(problems - report.listedProblems),
    !isComplete && importedRows > 0 && texts.advice,
  ].filter((sentence) => typeof sentence === "string");
}

function result(view: View, report: ImportReport): Markup {
  const texts = transferTexts[view.language];
  const outcome = outcomeOf(report);
  return html`<section class="${outcome === "complete" ? "success" : "notice"}" role="status" aria-labelledby="result" data-outcome="${outcome}" data-imported-rows="${report.importedRows}" data-other-rows="${report.otherRows}">
<h2 id="result">${texts.result}</h2>
${describeResult(view, report).map((sentence) => html`<p>${sentence}</p>\n`)}</section>
<div class="actions"><a class="button" href="${listPath(view.site)}">${texts.backToList}</a>
<a class="button secondary" href="${importPath(view.site)}">${texts.importAnother}</a></div>`;
}
