import { liveTasks } from "../state.ts";
import { alarmBakeMinutes } from "./alarms.ts";
import { servingTargetGroups } from "./production-route.ts";
import { promote } from "./promote.ts";
import { reconcileRevisions } from "./reconcile-revisions.ts";
import { isSettled, type Run, type Strategy, waitMinutes, waitUntil } from "./run.ts";

/** New tasks replace old ones as the scheduler's rolling plan allows. */
export const rolling: Strategy = {
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
    await waitUntil(run, () => hasReplacedOthers(run, target));
    const { bakeTimeInMinutes } = run.deployment.configuration;
    await waitMinutes(run, bakeTimeInMinutes ?? (await alarmBakeMinutes(run)));
  },
  async rollBack(run, to) {
    promote(run, to);
    await waitUntil(run, () => hasReplacedOthers(run, to));
  },
};

function hasReplacedOthers(run: Run, revision: Run["deployment"]["target"]): boolean {
  const { context, deployment } = run;
  const others = deployment.service.taskSets.filter((each) => each !== revision);
  return isSettled(run, revision) && others.every((each) => liveTasks(context.state, each).length === 0);
}
