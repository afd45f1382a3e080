import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { Interruption } from "../interruption.ts";
import { minute, pollUntilOver, type Run, touch } from "./run.ts";

/**
 * Interrupts a deployment when one of its alarms goes into ALARM. If an alarm is active from the start, it has another
 * cause: then no alarm is watched. Alarms do not stop a rollback.
 */
export async function watchAlarms(run: Run, over: AbortSignal): Promise<void> {
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
  touch(run);
  const { rollback = false } = deployment.configuration.alarms ?? {};
  const what = rollback ? "rolled back" : "stopped";
  deployment.control.abort(
    new Interruption(
      rollback ? "roll-back" : "stop",
      `Service deployment ${what} because of alarms in the state ALARM: ${names.join(", ")}.`,
      "alarm detected.",
    ),
  );
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
