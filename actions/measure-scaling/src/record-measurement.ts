import { setOutput } from "@actions/core";
import { Failure } from "../../core/failure.ts";
import { counted } from "../../core/summary.ts";
import { taskSizeOf } from "../../cost/task-sizes.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { describeRevision, shortRevision } from "../../ecs/revision.ts";
import { findService, type RunningService } from "../../ecs/service.ts";
import { formatValue } from "../../load/assertions.ts";
import { addTimes, type Counted, summarise } from "../../load/counts.ts";
import { findJsonFiles, writeJson } from "../../load/files.ts";
import { formatRate } from "../../load/format.ts";
import { type LoadReport, mergeReports, readReport } from "../../load/report.ts";
import type { RecordInputs } from "./inputs.ts";
import type { MeasuredLoad, MeasuredTasks, Measurement } from "./measurement.ts";

/** Writes the measurement of one count, even an invalid one; then it throws the reason. */
export async function recordMeasurement(context: EcsContext, inputs: RecordInputs): Promise<void> {
  const { cluster, service, taskCount, cause, measurementFile } = inputs;
  const found = cause ? { failures: [cause] } : await measure(context, inputs);
  const measurement: Measurement = { version: 1, cluster, service, taskCount, ...found };
  await writeJson(measurementFile, measurement);
  setOutput("measurement", measurementFile);
  const answered = measurement.load?.answeredPerSecond;
  setOutput("requests-per-second", answered?.toFixed(1) ?? "");
  if (measurement.failures.length > 0)
    throw new Failure(
      `${counted(taskCount, "task")} could not be measured: ${measurement.failures.join("; ")}`,
      { nextStep: "fix the failed jobs of this count, and run the test again." },
    );
  if (answered !== undefined)
    context.log.info(`${counted(taskCount, "task")} served ${formatRate(answered)}.`);
}

type Found = Pick<Measurement, "failures" | "tasks" | "load">;

/** Checks that the tasks are as scaling left them; a later change makes the measurement invalid. */
async function measure(context: EcsContext, inputs: RecordInputs): Promise<Found> {
  const running = await findService(context, inputs);
  const { runningCount, desiredCount, settled } = running.production;
  const failures = [];
  if (runningCount !== inputs.taskCount || desiredCount !== inputs.taskCount)
    failures.push(
      `after the load ${runningCount} of ${desiredCount} tasks ran, so the count did not stay at ${inputs.taskCount}`,
    );
  if (!settled) failures.push("a deployment is in progress, so that tasks of two revisions shared the work");
  const tasks = await describeMeasuredTasks(context, running);
  return { tasks, load: await readLoad(inputs, failures), failures };
}

async function readLoad(inputs: RecordInputs, failures: string[]): Promise<MeasuredLoad | undefined> {
  const { reportsFolder, generators, mergedFile } = inputs;
  const reports = await Promise.all((await findJsonFiles(reportsFolder)).map(readReport));
  if (reports.length === 0) failures.push(`no generator has written a report to ${reportsFolder}`);
  else if (reports.length < generators)
    failures.push(`only ${reports.length} of ${generators} generators have written a report`);
  if (reports.some(({ cancelled }) => cancelled)) failures.push("the load ended early");
  try {
    const checked = mergedFile ? [await readReport(mergedFile)] : reports;
    for (const assertion of checked.flatMap(({ assertions }) => assertions))
      if (!assertion.ok) failures.push(`asserted ${assertion.text}, measured ${formatValue(assertion)}`);
    return reports.length > 0 ? measureTogether(reports) : undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failures.push(error.message);
    return undefined;
  }
}

/** Describes the tasks in production, as far as their price depends on it. */
async function describeMeasuredTasks(context: EcsContext, running: RunningService): Promise<MeasuredTasks> {
  const { revision, primary, service } = running;
  const described = await describeRevision(context, revision);
  if (!described?.taskDefinition)
    throw new Failure(`Task definition ${revision} of service ${service.serviceName} does not exist`);
  const network = primary?.networkConfiguration ?? service.networkConfiguration;
  return {
    revision,
    size: taskSizeOf({ ...described.taskDefinition }, shortRevision(revision)),
    publicAddress: network?.awsvpcConfiguration?.assignPublicIp === "ENABLED",
    capacity: capacityOf(running),
  };
}

function capacityOf({ primary, service }: RunningService): string {
  const providers = primary?.capacityProviderStrategy ?? service.capacityProviderStrategy ?? [];
  const names = [...new Set(providers.map(({ capacityProvider = "" }) => capacityProvider))];
  return names.length > 0 ? names.join(" and ") : (primary?.launchType ?? service.launchType ?? "EC2");
}

const secondMs = 1000;
/**
 * Generators are jobs that start seconds apart. With a smaller common share, most of the load did not come from all.
 */
const leastCommonShare = 0.5;

/**
 * Combines the measurements of all generators while all of them sent: the whole seconds between the last one's start
 * and the first one's end, since the load was lower before and after. A single generator counts completely.
 */
function measureTogether(reports: readonly LoadReport[]): MeasuredLoad {
  const whole = mergeReports(reports);
  const counted = reports.length === 1 ? whole : cutToCommonTime(whole, reports);
  const summary = summarise(counted);
  return {
    startedAt: counted.startedAt,
    durationMs: counted.durationMs,
    generators: whole.generators,
    loop: whole.loop,
    ...summary,
    answeredPerSecond: summary.requestsPerSecond * (1 - summary.errorRate),
    busiestCore: whole.generator.busiestCore,
  };
}

function cutToCommonTime(
  { timeline }: LoadReport,
  reports: readonly LoadReport[],
): Counted & { readonly startedAt: string } {
  const starts = reports.map(({ startedAt }) => Date.parse(startedAt));
  const ends = reports.map((report) => Date.parse(report.startedAt) + report.durationMs);
  const from = Math.ceil(Math.max(...starts) / secondMs) * secondMs;
  const to = Math.floor(Math.min(...ends) / secondMs) * secondMs;
  const shortest = Math.min(...reports.map(({ durationMs }) => durationMs));
  if (to - from < shortest * leastCommonShare) {
    const common = Math.max(0, (to - from) / secondMs);
    throw new Failure(
      `The ${reports.length} generators sent load at the same time for only ${common} s of ${Math.round(shortest / secondMs)} s`,
      { nextStep: "run the test again, with a longer duration or fewer generators." },
    );
  }
  const seconds = timeline.filter(({ atMs }) => atMs >= from && atMs < to);
  return { ...addTimes(seconds), startedAt: new Date(from).toISOString(), durationMs: to - from };
}
