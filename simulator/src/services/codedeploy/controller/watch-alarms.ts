import { type Run, StopRequest } from "./run.ts";
import { refusalOfStep } from "./service-role.ts";

/** AWS stops a deployment within about twenty seconds of an alarm. */
const pollInterval = 10_000;

/**
 * Stops the deployment in progress when one of its alarms is in ALARM, or when CloudWatch fails. Returns a function
 * that ends the watch.
 */
export function watchAlarms(run: Run): () => void {
  const { deployment, environment } = run;
  const over = new AbortController();
  const watch = async () => {
    for (;;) {
      await environment.clock.wait(pollInterval, AbortSignal.any([run.signal, over.signal]));
      await refuseActiveAlarms(run);
    }
  };
  if (deployment.settings.alarms?.enabled)
    watch().catch((reason) => {
      if (!over.signal.aborted) deployment.control.abort(reason);
    });
  return () => over.abort();
}

/** Rejects with a StopRequest when an alarm of the deployment is in ALARM or cannot be read. */
export async function refuseActiveAlarms(run: Run): Promise<void> {
  const { deployment, environment } = run;
  const { enabled, alarms = [], ignorePollAlarmFailure } = deployment.settings.alarms ?? {};
  if (!enabled) return;
  const names = alarms.map(({ name = "" }) => name);
  const refusal = await refusalOfStep(run, "readAlarms", { alarms: names });
  const { MetricAlarms = [] } = refusal
    ? {}
    : await environment.aws.cloudwatch.describeAlarms({ AlarmNames: names });
  const active = MetricAlarms.filter(({ StateValue }) => StateValue === "ALARM");
  if (active.length > 0) {
    const list = active.map(({ AlarmName }) => `<${AlarmName}>`).join(" ");
    throw new StopRequest(
      "ALARM_ACTIVE",
      `One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: ${list}`,
      undefined,
    );
  }
  const absent = names.filter((name) => !MetricAlarms.some(({ AlarmName }) => AlarmName === name));
  if (absent.length > 0 && !ignorePollAlarmFailure)
    throw new StopRequest(
      "INTERNAL_ERROR",
      `The status of these alarms could not be retrieved from Amazon CloudWatch, and the deployment has been stopped: ${absent.join(", ")}`,
      undefined,
    );
}
