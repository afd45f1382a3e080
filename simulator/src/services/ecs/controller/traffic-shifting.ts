import { isRevision, type RevisionTaskSet } from "../service-records.ts";
import { runLifecycleHooks } from "./lifecycle-hooks.ts";
import { idleTargetGroups } from "./production-route.ts";
import { promote } from "./promote.ts";
import { reconcileRevisions } from "./reconcile-revisions.ts";
import { type Run, type Strategy, waitMinutes, waitUntil } from "./run.ts";
import { scaleUp } from "./scale-up.ts";
import { shiftProduction, shiftTest } from "./shift-traffic.ts";
import { perform } from "./stage.ts";
import { trafficSteps } from "./traffic-steps.ts";

/**
 * Starts a complete new revision next to the current one, shifts the traffic in one or more steps, and stops the other
 * when the bake time is over (developer guide, "Amazon ECS blue/green service deployments workflow").
 */
export const trafficShifting: Strategy = {
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
  await waitUntil(run, () => service.taskSets.every((each) => each === taskSet));
}
