import { Failure } from "../../shared/failure.ts";
import { checkAssertions } from "../../shared/load/assertions.ts";
import { writeJson } from "../../shared/load/files.ts";
import type { LoadReport } from "../../shared/load/report.ts";
import type { LoadInputs } from "./inputs.ts";
import { type LoadContext, measure } from "./measure.ts";
import { publish } from "./publish.ts";
import { verdictOf, warningsOf } from "./verdict.ts";

/**
 * Measures, checks the outcome, and always writes report, outputs and summary. Throws the Failure that makes the step
 * red.
 */
export async function runAndReport(context: LoadContext, inputs: LoadInputs): Promise<void> {
  const report = await measureAndCheck(context, inputs);
  const verdict = verdictOf(report, context.signal);
  const warnings = warningsOf(report);
  try {
    await writeJson(inputs.report, report);
  } finally {
    await publish({ ...verdict, report, warnings, file: inputs.report });
  }
  for (const warning of warnings) context.log.warning(warning);
  if (verdict.failure) throw verdict.failure;
}

async function measureAndCheck(context: LoadContext, inputs: LoadInputs): Promise<LoadReport> {
  try {
    const report = await measure(context, inputs);
    return { ...report, assertions: checkAssertions(report, inputs.assertions) };
  } catch (error) {
    const status = context.signal.aborted ? "cancelled" : "refused";
    const failure = context.signal.aborted ? (context.signal.reason as Failure) : (error as Error);
    await publish({ status, failure: new Failure(failure.message), warnings: [] });
    throw failure;
  }
}
