import { isRevision, type RevisionTaskSet } from "../service-records.ts";
import { pairOf, weighRule } from "./production-route.ts";
import { type Run, touch } from "./run.ts";
import { weightsOf } from "./traffic-steps.ts";

/** Shifts this percentage of production traffic to a revision, and the rest to the others. */
export async function shiftProduction(run: Run, to: RevisionTaskSet, percent: number): Promise<void> {
  await shift(run, "productionListenerRule", to, percent);
  for (const taskSet of revisionsOf(run))
    taskSet.revision.productionWeight = taskSet === to ? percent : 100 - percent;
  touch(run);
}

/** Shifts all test traffic to a revision. */
export async function shiftTest(run: Run, to: RevisionTaskSet): Promise<void> {
  const { loadBalancers } = run.deployment.target.revision;
  if (!loadBalancers.some(({ advancedConfiguration }) => advancedConfiguration?.testListenerRule)) return;
  await shift(run, "testListenerRule", to, 100);
  for (const taskSet of revisionsOf(run)) taskSet.revision.testWeight = taskSet === to ? 100 : 0;
  touch(run);
}

async function shift(
  run: Run,
  rule: "productionListenerRule" | "testListenerRule",
  to: RevisionTaskSet,
  percent: number,
): Promise<void> {
  const { mine, others } = weightsOf(percent);
  for (const [index, loadBalancer] of run.deployment.target.revision.loadBalancers.entries()) {
    const arn = loadBalancer.advancedConfiguration?.[rule];
    const own = to.loadBalancers[index]?.targetGroupArn;
    if (!arn || !own) continue;
    const weights = Object.fromEntries(pairOf(loadBalancer).map((group) => [group, others]));
    await weighRule(run, arn, { ...weights, [own]: mine });
  }
}

/** A deployment has at most two that are not draining. */
function revisionsOf({ deployment }: Run): RevisionTaskSet[] {
  return deployment.service.taskSets.filter(isRevision).filter(({ status }) => status !== "DRAINING");
}
