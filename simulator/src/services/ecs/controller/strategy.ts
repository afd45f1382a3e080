import type { DeploymentLifecycleHookStage, ServiceDeploymentLifecycleStage } from "@aws-sdk/client-ecs";
import { isRevision, type RevisionTaskSet, type ServiceDeploymentRecord } from "../service-records.ts";
import { liveTasks } from "../state.ts";
import { alarmBakeMinutes } from "./failure-detection.ts";
import { runLifecycleHooks } from "./lifecycle-hooks.ts";
import { enterStage, isSettled, type Run, type Strategy, waitFor, waitMinutes } from "./run.ts";
import {
  idleTargetGroups,
  servingTargetGroups,
  shiftProduction,
  shiftTest,
  trafficSteps,
} from "./shift-traffic.ts";

/** BLUE_GREEN, LINEAR and CANARY differ only in their steps of the traffic shift. */
export function strategyOf({ configuration }: ServiceDeploymentRecord): Strategy {
  return configuration.strategy === "ROLLING" ? rolling : trafficShifting;
}

/** New tasks replace old ones as the scheduler's rolling plan allows. */
const rolling: Strategy = {
  async deploy(run) {
    const { target, sources } = run.deployment;
    if (sources.some(({ revision }) => revision.productionWeight !== undefined))
      await reconcileRevisions(run);
    const serving = await servingTargetGroups(run, target);
    target.loadBalancers = target.loadBalancers.map((each, index) => ({
      ...each,
      targetGroupArn: serving[index],
    }));
    run.deployment.lifecycleStage = undefined;
    target.revision.halted = false;
    run.context.wake(run.deployment.service);
    await waitFor(run, () => hasReplacedOthers(run, target));
    const { bakeTimeInMinutes } = run.deployment.configuration;
    await waitMinutes(run, bakeTimeInMinutes ?? (await alarmBakeMinutes(run)));
  },
  async rollBack(run, to) {
    promote(run, to);
    await waitFor(run, () => hasReplacedOthers(run, to));
  },
};

function hasReplacedOthers(run: Run, revision: Run["deployment"]["target"]): boolean {
  const { context, deployment } = run;
  const others = deployment.service.taskSets.filter((each) => each !== revision);
  return isSettled(run, revision) && others.every((each) => liveTasks(context.state, each).length === 0);
}

/**
 * Starts a complete new revision next to the current one, shifts the traffic in one or more steps, and stops the other
 * when the bake time is over (developer guide, "Amazon ECS blue/green service deployments workflow").
 */
const trafficShifting: Strategy = {
  async deploy(run) {
    const { target, configuration } = run.deployment;
    await reconcileRevisions(run);
    await chooseTargetGroups(run);
    await perform(run, "PRE_SCALE_UP");
    await perform(run, "SCALE_UP", () => scaleUp(run, target));
    await perform(run, "POST_SCALE_UP");
    await perform(run, "TEST_TRAFFIC_SHIFT", () => shiftTest(run, target));
    await perform(run, "POST_TEST_TRAFFIC_SHIFT");
    for (const { percent, bakeMinutes } of trafficSteps(configuration)) {
      await runLifecycleHooks(run, "PRE_PRODUCTION_TRAFFIC_SHIFT");
      await perform(run, "PRODUCTION_TRAFFIC_SHIFT", () => shiftProduction(run, target, percent));
      await waitMinutes(run, bakeMinutes);
    }
    await perform(run, "POST_PRODUCTION_TRAFFIC_SHIFT");
    await perform(run, "BAKE_TIME", () => waitMinutes(run, configuration.bakeTimeInMinutes ?? 0));
    await perform(run, "CLEAN_UP", () => removeOthers(run, target));
  },
  async rollBack(run, to) {
    const { revision } = run.deployment.target;
    promote(run, to);
    await scaleUp(run, to);
    if (revision.productionWeight)
      await perform(run, "PRODUCTION_TRAFFIC_SHIFT", () => shiftProduction(run, to, 100));
    if (revision.testWeight) await perform(run, "TEST_TRAFFIC_SHIFT", () => shiftTest(run, to));
    await perform(run, "CLEAN_UP", () => removeOthers(run, to));
  },
};

/** A new revision's tasks use the target groups without production traffic. */
async function chooseTargetGroups(run: Run): Promise<void> {
  const { target, sources } = run.deployment;
  if (target.loadBalancers.length === 0) return;
  const idle = await idleTargetGroups(run, target);
  target.loadBalancers = target.loadBalancers.map((each, index) => ({
    ...each,
    targetGroupArn: idle[index],
  }));
  target.revision.productionWeight = 0;
  target.revision.testWeight = 0;
  for (const { status, revision } of sources) if (status !== "DRAINING") revision.productionWeight = 100;
}

async function removeOthers(run: Run, taskSet: RevisionTaskSet): Promise<void> {
  const { service } = run.deployment;
  for (const other of service.taskSets.filter(isRevision)) if (other !== taskSet) other.status = "DRAINING";
  run.context.wake(service);
  await waitFor(run, () => service.taskSets.every((each) => each === taskSet));
}

/** If failed deployments left several revisions, keeps only the one to be replaced. */
async function reconcileRevisions(run: Run): Promise<void> {
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
    await waitFor(run, () => others.every((other) => liveTasks(run.context.state, other).length === 0));
  });
}

function lastCompletedFirst(a: RevisionTaskSet, b: RevisionTaskSet): number {
  const completed = ({ revision }: RevisionTaskSet) => Number(revision.rolloutState === "COMPLETED");
  return completed(b) - completed(a) || b.createdAt.getTime() - a.createdAt.getTime();
}

/** Scales a revision to the service's desired count; resolves when its tasks are healthy. */
async function scaleUp(run: Run, taskSet: RevisionTaskSet): Promise<void> {
  taskSet.scale = { value: 100, unit: "PERCENT" };
  taskSet.revision.allotted = undefined;
  run.context.wake(run.deployment.service);
  await waitFor(run, () => isSettled(run, taskSet));
}

/** Does the work of a stage, then runs its hooks. */
async function perform(
  run: Run,
  stage: ServiceDeploymentLifecycleStage,
  work: () => Promise<void> = async () => {},
): Promise<void> {
  enterStage(run, stage);
  await work();
  await runLifecycleHooks(run, stage as DeploymentLifecycleHookStage);
}

/** Makes a revision the service's primary one again, even without running tasks. */
function promote({ context, deployment }: Run, revision: RevisionTaskSet): void {
  const { service } = deployment;
  for (const other of service.taskSets.filter(isRevision))
    if (other.status === "PRIMARY") other.status = "ACTIVE";
  revision.status = "PRIMARY";
  revision.revision.halted = false;
  revision.revision.failedTasks = 0;
  if (!service.taskSets.includes(revision)) service.taskSets.push(revision);
  context.wake(service);
}
