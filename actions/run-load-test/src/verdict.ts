import { Failure } from "../../core/failure.ts";
import { formatValue } from "../../load/assertions.ts";
import { formatMs, formatPercent } from "../../load/format.ts";
import { lateAfterMs } from "../../load/generate-load.ts";
import { type LoadReport, limitOfCore } from "../../load/report.ts";

export interface Result {
  readonly status: "passed" | "failed" | "refused" | "cancelled";
  /** Why it is red. */
  readonly failure?: Failure | undefined;
  /** Undefined when nothing was measured. */
  readonly report?: LoadReport;
}

/** Decides by the assertions; a cancelled test and one without a success prove nothing and fail. */
export function verdictOf(report: LoadReport, signal: AbortSignal): Result {
  if (report.cancelled) return { status: "cancelled", failure: cancelled(report, signal), report };
  const failure = withoutSuccess(report) ?? brokenAssertions(report);
  return { status: failure ? "failed" : "passed", failure, report };
}

function cancelled({ requests, generators }: LoadReport, { aborted, reason }: AbortSignal): Failure {
  const why = aborted ? (reason as Error).message.replace(/\.$/, "") : "A generator was cancelled";
  const merged = generators > 1 ? ` by ${generators} generators` : "";
  return new Failure(`${why}; the report holds the ${requests} requests counted until then${merged}`);
}

function withoutSuccess({ requests, failed, errors, statuses }: LoadReport): Failure | undefined {
  if (requests === 0)
    return new Failure("No request was sent", { nextStep: "set a longer duration, or a higher level." });
  if (failed < requests) return undefined;
  const kinds = Object.entries({ ...errors, ...statuses }).map(([name, count]) => `${name} ${count} times`);
  return new Failure(`All ${requests} requests failed: ${kinds.join(", ")}`, {
    nextStep: "read the service's log for the cause; the job summary shows the time.",
  });
}

function brokenAssertions({ assertions, generator }: LoadReport): Failure | undefined {
  const broken = assertions.filter(({ ok }) => !ok);
  if (broken.length === 0) return undefined;
  const each = broken.map(
    (assertion) => `Assertion ${assertion.text} failed: measured ${formatValue(assertion)}`,
  );
  return new Failure(each.join("; "), {
    nextStep:
      generator.busiestCore >= limitOfCore
        ? "share the load among several generators first (input share): this one was at its own limit."
        : "see in the job summary when it happened.",
  });
}

/** Returns warnings about the generator that a reader of its figures needs. */
export function warningsOf({ requests, generator }: LoadReport): string[] {
  const { busiestCore, late, latestMs, lateForConnections } = generator;
  const warnings: string[] = [];
  if (busiestCore >= limitOfCore)
    warnings.push(
      `The generator was busy ${formatPercent(busiestCore)} of the time: these results may show its limit, not the target's. Share the load among several generators.`,
    );
  if (late > 0)
    warnings.push(
      `The generator was late by up to ${formatMs(latestMs)}: ${late} of ${requests} requests were sent more than ${lateAfterMs} ms after they were due, ${lateForConnections} because all connections were in use, the others because the machine was busy. The latency includes their wait.`,
    );
  return warnings;
}
