import { circuitBreakerThreshold } from "../../aws/ecs/circuit-breaker-threshold.ts";
import { Interruption } from "../../aws/ecs/interruption.ts";
import { type Run, signalOf, touch } from "./run.ts";

/** AWS time between two looks at whether a deployment has failed. */
const pollMs = 5_000;

/** Does the work, and interrupts it as soon as the circuit breaker finds that the deployment fails. */
export async function watchForFailure(run: Run, work: () => Promise<void>): Promise<void> {
  const { deployment } = run;
  const over = new AbortController();
  const watching = watchCircuitBreaker(run, over.signal);
  try {
    await work();
  } finally {
    over.abort();
    await watching;
    if (deployment.circuitBreaker === "MONITORING") deployment.circuitBreaker = "MONITORING_COMPLETE";
  }
}

async function watchCircuitBreaker(run: Run, over: AbortSignal): Promise<void> {
  const { context, deployment } = run;
  if (!deployment.configuration.deploymentCircuitBreaker?.enable) return;
  const signal = AbortSignal.any([over, signalOf(run)]);
  while (!signal.aborted) {
    if (hasTripped(run)) return trip(run);
    await context.environment.clock.wait(pollMs, signal).catch(() => {});
  }
}

function hasTripped({ deployment }: Run): boolean {
  const { service, target, rollback, configuration } = deployment;
  const watched = rollback?.to ?? target;
  return watched.revision.failedTasks >= circuitBreakerThreshold(configuration, service.desiredCount);
}

function trip(run: Run): void {
  const { deployment } = run;
  deployment.circuitBreaker = "TRIGGERED";
  touch(run);
  const { rollback = false } = deployment.configuration.deploymentCircuitBreaker ?? {};
  const what = rollback ? "rolled back" : "stopped";
  deployment.control.abort(
    new Interruption(
      rollback ? "roll-back" : "stop",
      `Service deployment ${what} because the circuit breaker threshold was exceeded.`,
      "tasks failed to start.",
    ),
  );
}
