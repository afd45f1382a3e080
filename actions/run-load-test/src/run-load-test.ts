import type { JobContext } from "../../core/context.ts";
import { formatDuration } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { type Finding, refuseFindings } from "../../core/findings.ts";
import type { Log } from "../../core/log.ts";
import { counted } from "../../core/summary.ts";
import { checkAssertions, formatValue } from "../../load/assertions.ts";
import { isExpected } from "../../load/connection.ts";
import { addTimes, summarise, total } from "../../load/counts.ts";
import { findJsonFiles, writeJson } from "../../load/files.ts";
import { describeLoad, formatMs, formatRate } from "../../load/format.ts";
import { generateLoad, type LoadPlan, type OnInterval } from "../../load/generate-load.ts";
import { type Sent, startLoop } from "../../load/loop.ts";
import { type Interval, type LoadReport, limitOfCore, mergeReports, readReport } from "../../load/report.ts";
import type { LoadInputs } from "./inputs.ts";
import { publish, type Result, warningsOf } from "./publish.ts";

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

/** Decides by the assertions; a cancelled test and one without a success prove nothing and fail. */
function verdictOf(report: LoadReport, signal: AbortSignal): Result {
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

/** Returns the report of the sent load, or of the merged reports; without assertions. */
function measure(context: JobContext, { work }: LoadInputs): Promise<LoadReport> {
  return "plan" in work ? sendLoad(context, work.plan) : merge(context.log, work.merge);
}

async function sendLoad({ log, signal }: JobContext, plan: LoadPlan): Promise<LoadReport> {
  await probeTargets(plan, log, signal);
  const warmUp = plan.warmUpMs > 0 ? ` after ${formatDuration(plan.warmUpMs)} of warm-up` : "";
  log.info(`${describeLoad(plan)}${warmUp}: ${plan.urls.map(({ href }) => href).join(", ")}`);
  return generateLoad(plan, signal, createProgress(log));
}

/** Jobs that start at the same time on two runners are seconds apart. */
const looselyTogether = 1.2;

async function merge(log: Log, folder: string): Promise<LoadReport> {
  const files = await findJsonFiles(folder);
  if (files.length === 0)
    throw new Failure(`Folder ${folder} contains no report (input merge)`, {
      nextStep: "set it to the folder of the downloaded artifacts of the generators' jobs.",
    });
  const reports = await Promise.all(files.map(readReport));
  const report = mergeReports(reports);
  log.info(`Merged ${counted(files.length, "report")}: ${files.join(", ")}`);
  if (report.durationMs > report.plannedMs * looselyTogether)
    log.warning(
      `The generators did not send at the same time: ${formatDuration(report.durationMs)} from the first start to the last end, for a load of ${formatDuration(report.plannedMs)}. Requests per second are for the whole time.`,
    );
  return report;
}

/** Seconds of measurement in one line of the log. */
const secondsPerLine = 5;

/** Logs the responses of every few seconds. */
function createProgress(log: Log): OnInterval {
  const seconds: Interval[] = [];
  return (second) => {
    seconds.push(second);
    if (seconds.length % secondsPerLine > 0) return;
    const last = addTimes(seconds.slice(-secondsPerLine));
    const { requestsPerSecond, p99Ms } = summarise(last);
    const passed = formatDuration(total(seconds, ({ durationMs }) => durationMs));
    log.info(`${passed}: ${formatRate(requestsPerSecond)}, p99 ${formatMs(p99Ms)}, ${last.failed} failed`);
  };
}

/** Sends each target one request, and refuses the test after an unexpected response. */
async function probeTargets(plan: LoadPlan, log: Log, signal: AbortSignal): Promise<void> {
  const found: (Finding | undefined)[] = [];
  const onSent = (sent: Sent) => {
    found[sent.target] = faultOf(plan.urls[sent.target] as URL, sent);
  };
  const once = { loop: "closed", level: plan.urls.length, durationMs: 0 } as const;
  await startLoop({ ...plan, ...once, startedAt: performance.now(), onSent, signal }).done;
  signal.throwIfAborted();
  refuseFindings(
    found.filter((finding) => finding !== undefined),
    log,
  );
}

function faultOf({ href }: URL, { status, error, detail }: Sent): Finding | undefined {
  if (isExpected(status)) return undefined;
  if (error !== undefined) {
    const [, fix] = fixes.find(([code]) => code.test(error)) ?? [];
    return { text: `${href} cannot be reached: ${detail} (${error})`, fix: fix ?? "check its address" };
  }
  if (detail)
    return {
      text: `${href} returns ${status}, a redirect to ${detail}`,
      fix: "load that address: redirects are not followed",
    };
  return {
    text: `${href} returns ${status} before the load starts`,
    fix: "read the service's log: only 2xx is a success",
  };
}

const fixes: readonly (readonly [code: RegExp, fix: string])[] = [
  [
    /TIMEOUT|ETIMEDOUT/,
    "check that its security group and subnets allow this runner, and that its targets are healthy",
  ],
  [/CERT|VERIFY/, "use the name in the certificate: no certificate has a load balancer's own name"],
  [/ECONNREFUSED/, "check the port, and that a listener uses it"],
  [/ENOTFOUND|EAI_AGAIN/, "check its name and this runner's DNS"],
  [/LINK_LOCAL/, "use the address of your service"],
];
