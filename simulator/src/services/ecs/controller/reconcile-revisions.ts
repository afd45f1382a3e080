import type { DeploymentLifecycleHookStage, ServiceDeploymentLifecycleStage } from "@aws-sdk/client-ecs";
import { isRevision, type RevisionTaskSet } from "../service-records.ts";
import { liveTasks } from "../state.ts";
import { runLifecycleHooks } from "./lifecycle-hooks.ts";
import { enterStage, isSettled, type Run, waitUntil } from "./run.ts";
import { shiftProduction, shiftTest } from "./shift-traffic.ts";

/** If failed deployments left several revisions, keeps only the one to be replaced. */
export async function reconcileRevisions(run: Run): Promise<void> {
  const sources = run.deployment.sources.filter(({ status }) => status !== "DRAINING");
  // An earlier rolling update allotted them tasks one by one.
  for (const { revision } of sources) revision.allotted = undefined;
  const [first, ...others] = sources.toSorted(lastCompletedFirst);
  if (!first || others.length === 0) return;
  await perform(run, "RECONCILE_SERVICE", async () => {
    await scaleUp(run, first);
    if (others.some(({ revision }) => revision.productionWeight)) await shiftProduction(run, first, 100);
    if (others.some(({ revision }) => revision.testWeight)) await shiftTest(run, first);
    for (const other of others) other.status = "DRAINING";
    await waitUntil(run, () => others.every((other) => liveTasks(run.context.state, other).length === 0));
  });
}

function lastCompletedFirst(a: RevisionTaskSet, b: RevisionTaskSet): number {
  const completed = ({ revision }: RevisionTaskSet) => Number(revision.rolloutState === "COMPLETED");
  return completed(b) - completed(a) || b.createdAt.getTime() - a.createdAt.getTime();
}

/** Scales a revision to the service's desired count; resolves when its tasks are healthy. */
export async function scaleUp(run: Run, taskSet: RevisionTaskSet): Promise<void> {
  taskSet.scale = { value: 100, unit: "PERCENT" };
  taskSet.revision.allotted = undefined;
  run.context.wake(run.deployment.service);
  await waitUntil(run, () => isSettled(run, taskSet));
}

/** Does the work of a stage, then runs its hooks. */
export async function perform(
  run: Run,
  stage: ServiceDeploymentLifecycleStage,
  work: () => Promise<void> = async () => {},
): Promise<void> {
  enterStage(run, stage);
  await work();
  await runLifecycleHooks(run, stage as DeploymentLifecycleHookStage);
}

/** Makes a revision the service's primary one again, even without running tasks. */
export function promote({ context, deployment }: Run, revision: RevisionTaskSet): void {
  const { service } = deployment;
  for (const other of service.taskSets.filter(isRevision))
    if (other.status === "PRIMARY") other.status = "ACTIVE";
  revision.status = "PRIMARY";
  revision.revision.halted = false;
  revision.revision.failedTasks = 0;
  if (!service.taskSets.includes(revision)) service.taskSets.push(revision);
  context.wake(service);
}
