import { watchAlarms } from "./alarms.ts";
import { watchCircuitBreaker } from "./circuit-breaker.ts";
import type { Run } from "./run.ts";

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
