import { Failure } from "../../shared/failure.ts";
import { formatValue } from "../../shared/load/assertions.ts";
import { formatNumber } from "../../shared/load/format.ts";
import { lateAfterMs } from "../../shared/load/record-load.ts";
import type { LoadReport } from "../../shared/load/report.ts";

export type Status = "passed" | "failed" | "refused" | "cancelled";

export interface Verdict {
  readonly status: Status;
  /** Why it is red. */
  readonly failure?: Failure | undefined;
}

export interface Result extends Verdict {
  /** Undefined when nothing was measured. */
  readonly report?: LoadReport;
  readonly file?: string;
  readonly warnings: readonly string[];
}

/** Decides by the assertions; a cancelled test and one without a success prove nothing and fail. */
export function verdictOf(report: LoadReport, signal: AbortSignal): Verdict {
  if (report.cancelled) return { status: "cancelled", failure: cancelled(report, signal) };
  const failure = withoutSuccess(report) ?? brokenAssertions(report);
  return failure ? { status: "failed", failure } : { status: "passed" };
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
  const kinds = [...Object.entries(errors), ...Object.entries(statuses)].map(
    ([name, count]) => `${name} ${count} times`,
  );
  return new Failure(`All ${requests} requests failed: ${kinds.join(", ")}`, {
    nextStep: "read the service's log for the cause; the job summary shows the time.",
  });
}

function brokenAssertions(report: LoadReport): Failure | undefined {
  const broken = report.assertions.filter(({ ok }) => !ok);
  if (broken.length === 0) return undefined;
  const each = broken.map(
    (assertion) => `Assertion ${assertion.text} failed: measured ${formatValue(assertion)}`,
  );
  return new Failure(each.join("; "), {
    nextStep: isLimit(report)
      ? "share the load among several generators first (input share): this one was at its own limit."
      : "see in the job summary when it happened, and for which target.",
  });
}

/** Beyond this, every latency includes waiting in the generator's event loop. */
const limitOfCore = 0.9;

function isLimit({ generator }: LoadReport): boolean {
  return generator.busiestCore >= limitOfCore;
}

/** Returns warnings about the generator that a reader of its figures needs. */
export function warningsOf(report: LoadReport): string[] {
  const { busiestCore, late, latestMs, lateForConnections } = report.generator;
  const warnings: string[] = [];
  if (isLimit(report))
    warnings.push(
      `The generator was busy ${formatNumber(busiestCore * 100)} % of the time: these results may show its limit, not the target's. Share the load among several generators.`,
    );
  if (late > 0) {
    const own = late - lateForConnections;
    const reasons = [
      lateForConnections > 0 && `${lateForConnections} because all connections were in use`,
      own > 0 && `${own} because the generator or its machine was busy`,
    ];
    warnings.push(
      `The generator was late by up to ${formatNumber(latestMs)} ms: ${late} of ${report.requests} requests were sent more than ${lateAfterMs} ms after they were due, ${reasons.filter(Boolean).join(" and ")}. The latency includes their wait.`,
    );
  }
  return warnings;
}
