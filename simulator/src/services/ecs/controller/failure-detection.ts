import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { circuitBreakerThreshold } from "../deployment-configuration.ts";
import { Interruption, type TaskSetRecord } from "../service-records.ts";
import type { TaskRecord } from "../state.ts";
import { minute, pollUntilOver, type Run, touch } from "./run.ts";

/** Does the work, and interrupts it as soon as the circuit breaker or an alarm detects a failure of the deployment. */
export async function watchForFailure(run: Run, work: () => Promise<void>): Promise<void> {
  const { deployment } = run;
  const over = new AbortController();
  const watching = Promise.all([watchCircuitBreaker(run, over.signal), watchAlarms(run, over.signal)]).catch(
    // A deployment whose failure detection fails ends.
    (error) => deployment.control.abort(error),
  );
  try {
    await work();
  } finally {
    over.abort();
    await watching;
    if (deployment.circuitBreaker === "MONITORING") deployment.circuitBreaker = "MONITORING_COMPLETE";
    if (deployment.alarms === "MONITORING") deployment.alarms = "MONITORING_COMPLETE";
  }
}

/**
 * Interrupts a deployment when one of its alarms goes into ALARM. If an alarm is active from the start, it has another
 * cause: then no alarm is watched. Alarms do not stop a rollback.
 */
async function watchAlarms(run: Run, over: AbortSignal): Promise<void> {
  const { deployment } = run;
  if (deployment.alarms !== "MONITORING" || deployment.rollback) return;
  if ((await triggeredAlarms(run)).length > 0) {
    deployment.alarms = "DISABLED";
    return;
  }
  await pollUntilOver(run, over, async () => {
    const triggered = await triggeredAlarms(run);
    if (triggered.length > 0) trigger(run, triggered);
  });
}

function trigger(run: Run, names: readonly string[]): void {
  const { deployment } = run;
  deployment.alarms = "TRIGGERED";
  deployment.triggeredAlarms.push(...names);
  const because = `of alarms in the state ALARM: ${names.join(", ")}.`;
  interrupt(run, deployment.configuration.alarms, because, "alarm detected.");
}

function interrupt(
  run: Run,
  { rollback = false }: { rollback?: boolean | undefined } = {},
  because: string,
  brief: string,
): void {
  touch(run);
  const message = `Service deployment ${rollback ? "rolled back" : "stopped"} because ${because}`;
  run.deployment.control.abort(new Interruption(rollback ? "roll-back" : "stop", message, brief));
}

async function triggeredAlarms(run: Run): Promise<string[]> {
  const alarms = await readAlarms(run);
  return alarms.filter(({ StateValue }) => StateValue === "ALARM").map(({ AlarmName = "" }) => AlarmName);
}

/**
 * AWS computes from the alarms themselves how long they are watched after a rolling update (developer guide, "How
 * CloudWatch alarms detect Amazon ECS deployment failures"): here, as long as the slowest of them needs for an
 * evaluation.
 */
export async function alarmBakeMinutes(run: Run): Promise<number> {
  if (run.deployment.alarms !== "MONITORING") return 0;
  const seconds = (await readAlarms(run)).map(
    ({ Period = 0, EvaluationPeriods = 0 }) => Period * EvaluationPeriods,
  );
  return (Math.max(0, ...seconds) * 1000) / minute;
}

/** A missing alarm cannot go off: AWS allows a service to name alarms that are created later. */
async function readAlarms({ context, deployment }: Run): Promise<MetricAlarm[]> {
  const { alarmNames = [] } = deployment.configuration.alarms ?? {};
  const { MetricAlarms = [] } = await context.environment.aws.cloudwatch.describeAlarms({
    AlarmNames: alarmNames,
  });
  return MetricAlarms;
}

/** After a task was healthy, its crash is not a failure of the deployment. */
export function noteHealthyTask({ revision }: TaskSetRecord, record: TaskRecord, resets: boolean): void {
  if (record.wasHealthy) return;
  record.wasHealthy = true;
  if (revision && resets) revision.failedTasks = 0;
}

/** Beginning of the scheduler's reason for stopping a task whose target is unhealthy. */
export const failedHealthChecks = "Task failed ELB health checks";
/** Reason if the task's own containers are unhealthy. */
export const failedContainerHealthChecks = "Task failed container health checks";

/**
 * Counts a task that could not start, that ended on its own, or that failed its health checks, unless it was healthy
 * before (developer guide, "How the Amazon ECS deployment circuit breaker detects failures").
 */
export function noteStoppedTask({ revision }: TaskSetRecord, { task, wasHealthy }: TaskRecord): void {
  if (!revision || wasHealthy) return;
  const failed =
    task.stopCode === "TaskFailedToStart" ||
    task.stopCode === "EssentialContainerExited" ||
    task.stoppedReason?.startsWith(failedHealthChecks) ||
    task.stoppedReason === failedContainerHealthChecks;
  if (failed) revision.failedTasks++;
}

/** Interrupts a deployment, or its rollback, when too many of its tasks failed in a row. */
async function watchCircuitBreaker(run: Run, over: AbortSignal): Promise<void> {
  if (!run.deployment.configuration.deploymentCircuitBreaker?.enable) return;
  await pollUntilOver(run, over, async () => {
    if (hasTripped(run)) trip(run);
  });
}

function hasTripped({ deployment }: Run): boolean {
  const { service, target, rollback, configuration } = deployment;
  const watched = rollback?.to ?? target;
  return watched.revision.failedTasks >= circuitBreakerThreshold(configuration, service.desiredCount);
}

function trip(run: Run): void {
  const { deployment } = run;
  deployment.circuitBreaker = "TRIGGERED";
  const because = "the circuit breaker threshold was exceeded.";
  interrupt(run, deployment.configuration.deploymentCircuitBreaker, because, "tasks failed to start.");
}
