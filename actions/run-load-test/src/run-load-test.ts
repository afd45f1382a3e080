import type { JobContext } from "../../core/context.ts";
import { Failure } from "../../core/failure.ts";
import { checkAssertions } from "../../load/assertions.ts";
import { writeJson } from "../../load/files.ts";
import type { LoadReport } from "../../load/report.ts";
import type { LoadInputs } from "./inputs.ts";
import { measure } from "./measure.ts";
import { publish } from "./publish.ts";
import { verdictOf, warningsOf } from "./verdict.ts";

/**
 * Measures, checks the outcome, and always writes report, outputs and summary. Throws the Failure that makes the step
 * red.
 */
export async function runAndReport(context: JobContext, inputs: LoadInputs): Promise<void> {
  const report = await measureAndCheck(context, inputs);
  const verdict = verdictOf(report, context.signal);
  try {
    await writeJson(inputs.report, report);
  } finally {
    await publish(verdict, inputs.report);
  }
  for (const warning of warningsOf(report)) context.log.warning(warning);
  if (verdict.failure) throw verdict.failure;
}

async function measureAndCheck(context: JobContext, inputs: LoadInputs): Promise<LoadReport> {
  try {
    const report = await measure(context, inputs);
    return { ...report, assertions: checkAssertions(report, inputs.assertions) };
  } catch (error) {
    const { aborted, reason } = context.signal;
    const failure: Error = aborted ? reason : error;
    await publish({ status: aborted ? "cancelled" : "refused", failure: new Failure(failure.message) });
    throw failure;
  }
}
