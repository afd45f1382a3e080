import {
  Interruption,
  isOngoing,
  rollbackCandidate,
  type ServiceDeploymentRecord,
} from "../service-records.ts";
import { addServiceEvent, type EcsContext } from "../state.ts";
import { viewRevisions } from "../views.ts";
import { watchForFailure } from "./failure-detection.ts";
import { type Run, signalOf, touch } from "./run.ts";
import { strategyOf } from "./strategy.ts";

/** Performs the service deployments of ECS, one task each. */
interface DeploymentController {
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

type Ending = "SUCCESSFUL" | "STOPPED" | "ROLLBACK_SUCCESSFUL" | "ROLLBACK_FAILED";

function succeed(run: Run): void {
  complete(run, run.deployment.target);
  finish(run, "SUCCESSFUL");
}

/** Ends a deployment early, with the consequence of the interruption. */
async function endEarly(run: Run, interruption: Interruption): Promise<void> {
  const { deployment } = run;
  if (interruption.consequence === "forget" || !isOngoing(deployment)) return;
  deployment.statusReason = interruption.message;
  touch(run);
  if (interruption.consequence === "give-way") return finish(run, "STOPPED");
  fail(run, interruption);
  if (interruption.consequence === "roll-back") return rollBack(run, interruption);
  deployment.stoppedAt = run.context.environment.clock.now();
  finish(run, "STOPPED");
}

async function rollBack(run: Run, interruption: Interruption): Promise<void> {
  const { context, deployment } = run;
  const candidate = rollbackCandidate(deployment);
  const startedAt = context.environment.clock.now();
  deployment.rollback = { reason: interruption.message, startedAt, to: candidate };
  deployment.status = "ROLLBACK_IN_PROGRESS";
  deployment.control = new AbortController();
  touch(run);
  if (!candidate) return giveUp(run, "No rollback candidate was found to run the rollback.");
  candidate.revision.rolloutState = "IN_PROGRESS";
  candidate.revision.rolloutStateReason =
    deployment.circuitBreaker === "TRIGGERED"
      ? `ECS deployment circuit breaker: rolling back to deploymentId ${candidate.id}.`
      : `ECS deployment ${candidate.id} in progress.`;
  addServiceEvent(context, deployment.service, `rolling back to deployment ${candidate.id}.`);
  try {
    await watchForFailure(run, () => strategyOf(deployment).rollBack(run, candidate));
  } catch (reason) {
    if (context.closing.aborted) return;
    if (reason instanceof Interruption && reason.consequence === "forget") return;
    if (!(reason instanceof Interruption && reason.consequence === "give-way"))
      candidate.revision.halted = true;
    return giveUp(run, `The rollback failed. ${(reason as Error).message}`);
  }
  complete(run, candidate);
  finish(run, "ROLLBACK_SUCCESSFUL");
}

function giveUp(run: Run, reason: string): void {
  run.deployment.statusReason = reason;
  finish(run, "ROLLBACK_FAILED");
}

function complete({ context, deployment }: Run, { id, revision }: Run["deployment"]["target"]): void {
  revision.rolloutState = "COMPLETED";
  revision.rolloutStateReason = `ECS deployment ${id} completed.`;
  addServiceEvent(context, deployment.service, `(deployment ${id}) deployment completed.`);
}

/** A failed revision starts no more tasks. */
function fail({ context, deployment }: Run, { brief }: Interruption): void {
  const { id, revision } = deployment.target;
  revision.halted = true;
  revision.rolloutState = "FAILED";
  const by = deployment.circuitBreaker === "TRIGGERED" ? "circuit breaker" : "failed";
  revision.rolloutStateReason = `ECS deployment ${by}: ${brief}`;
  addServiceEvent(context, deployment.service, `(deployment ${id}) deployment failed: ${brief}`);
}

function finish(run: Run, status: Ending): void {
  const { context, deployment } = run;
  deployment.status = status;
  deployment.ending = viewRevisions(context, deployment);
  deployment.finishedAt = context.environment.clock.now();
  touch(run);
}
