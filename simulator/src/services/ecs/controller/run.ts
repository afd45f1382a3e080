import type { ServiceDeploymentLifecycleStage } from "@aws-sdk/client-ecs";
import { waitUntil } from "../../../clock.ts";
import type { RevisionTaskSet, ServiceDeploymentRecord } from "../service-records.ts";
import { countTasks, type EcsContext } from "../state.ts";

/** A deployment in progress. */
export interface Run {
  readonly context: EcsContext;
  readonly deployment: ServiceDeploymentRecord;
}

/** Deploys a revision, and rolls back to the one before. */
export interface Strategy {
  deploy(run: Run): Promise<void>;
  rollBack(run: Run, to: RevisionTaskSet): Promise<void>;
}

export const minute = 60_000;

/** AWS time between two checks of a deployment's progress. */
const pollMs = 5_000;

/** Aborts when the deployment is interrupted, and when the simulator closes. */
export function signalOf({ context, deployment }: Run): AbortSignal {
  return AbortSignal.any([deployment.control.signal, context.closing]);
}

/** Resolves once `isSo` returns true; rejects when the deployment is interrupted. */
export async function waitFor(run: Run, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const signal = signalOf(run);
  signal.throwIfAborted();
  await waitUntil(run.context.environment.clock, pollMs, isSo, signal);
  signal.throwIfAborted();
}

/** Checks from time to time until `over`, or until the deployment is interrupted. */
export async function pollUntilOver(run: Run, over: AbortSignal, look: () => Promise<void>): Promise<void> {
  const signal = AbortSignal.any([over, signalOf(run)]);
  while (!signal.aborted) {
    await look();
    await run.context.environment.clock.wait(pollMs, signal).catch(() => {});
  }
}

export async function waitMinutes(run: Run, minutes: number): Promise<void> {
  const signal = signalOf(run);
  signal.throwIfAborted();
  if (minutes > 0) await run.context.environment.clock.wait(minutes * minute, signal);
}

export function enterStage(run: Run, stage: ServiceDeploymentLifecycleStage): void {
  signalOf(run).throwIfAborted();
  run.deployment.lifecycleStage = stage;
  touch(run);
}

export function touch({ context, deployment }: Run): void {
  deployment.updatedAt = context.environment.clock.now();
}

/** Returns whether a revision has the service's desired number of tasks, all of them healthy. */
export function isSettled({ context, deployment: { service } }: Run, taskSet: RevisionTaskSet): boolean {
  const { runningCount } = countTasks(context, taskSet);
  return (
    taskSet.status !== "DRAINING" &&
    runningCount === service.desiredCount &&
    taskSet.stabilityStatus === "STEADY_STATE"
  );
}
