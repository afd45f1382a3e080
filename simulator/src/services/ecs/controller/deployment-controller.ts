import { Interruption } from "../interruption.ts";
import type { ServiceDeploymentRecord } from "../service-records.ts";
import type { EcsContext } from "../state.ts";
import { endEarly, succeed } from "./end-deployment.ts";
import { watchForFailure } from "./failure-detection.ts";
import { type Run, signalOf, touch } from "./run.ts";
import { strategyOf } from "./strategy.ts";

/** Performs the service deployments of ECS, one task each. */
export interface DeploymentController {
  start(deployment: ServiceDeploymentRecord): void;
  /** Resolves when every deployment has ended in its current state: the context's `closing` ends them. */
  close(): Promise<void>;
}

/** ECS's approximate delay before a created deployment starts (seen in ListServiceDeployments). */
const admissionMs = 150;

export function createDeploymentController(context: EcsContext): DeploymentController {
  const ends = new Map<ServiceDeploymentRecord, Promise<void>>();
  return {
    start(deployment) {
      // Waits until superseded deployments have released the service.
      const before = deployment.service.deployments.flatMap((each) => ends.get(each) ?? []);
      const end = Promise.all(before)
        .then(() => perform({ context, deployment }))
        .catch((error) => context.environment.warn(`${deployment.arn} failed inside the simulator: ${error}`))
        .finally(() => ends.delete(deployment));
      ends.set(deployment, end);
    },
    async close() {
      await Promise.all(ends.values());
    },
  };
}

async function perform(run: Run): Promise<void> {
  const { context, deployment } = run;
  try {
    await admit(run);
    await watchForFailure(run, () => strategyOf(deployment).deploy(run));
    succeed(run);
  } catch (reason) {
    if (context.closing.aborted) return;
    await endEarly(run, asInterruption(reason));
  } finally {
    context.wake(deployment.service);
  }
}

async function admit(run: Run): Promise<void> {
  const { context, deployment } = run;
  await context.environment.clock.wait(admissionMs, signalOf(run));
  deployment.status = "IN_PROGRESS";
  deployment.startedAt = context.environment.clock.now();
  touch(run);
  context.wake(deployment.service);
}

/** Every failure rolls a deployment back: an error of a called service is its reason. */
function asInterruption(reason: unknown): Interruption {
  if (reason instanceof Interruption) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  return new Interruption("roll-back", `Service deployment rolled back because of an error. ${message}`);
}
