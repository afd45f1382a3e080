import { isRevision, type ResolvedConfiguration, type RevisionTaskSet } from "../service-records.ts";
import { pairOf, weighRule } from "./production-route.ts";
import { type Run, touch } from "./run.ts";

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

interface TrafficStep {
  /** Share of production traffic for the new revision from now on. */
  readonly percent: number;
  /** Before the next step; 0 after the last. */
  readonly bakeMinutes: number;
}

const all: TrafficStep = { percent: 100, bakeMinutes: 0 };

/**
 * Returns the shifts of a strategy, the last one to 100 %. Defaults: API reference, Canary- and LinearConfiguration.
 */
export function trafficSteps(configuration: ResolvedConfiguration): TrafficStep[] {
  const { strategy, canaryConfiguration = {}, linearConfiguration = {} } = configuration;
  if (strategy === "CANARY") {
    const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } = canaryConfiguration;
    return canaryPercent < 100
      ? [{ percent: canaryPercent, bakeMinutes: canaryBakeTimeInMinutes }, all]
      : [all];
  }
  if (strategy === "LINEAR") {
    const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = linearConfiguration;
    return [
      ...Array.from({ length: Math.ceil(100 / stepPercent) - 1 }, (_, index) => ({
        percent: roundToTenth((index + 1) * stepPercent),
        bakeMinutes: stepBakeTimeInMinutes,
      })),
      all,
    ];
  }
  return [all];
}

/** Percentages are multiples of 0.1, which binary fractions are not. */
function roundToTenth(percent: number): number {
  return Math.round(percent * 10) / 10;
}

/** Returns whole weights for listener rules that divide traffic at `percent`: in per cent, or in tenths of it. */
export function weightsOf(percent: number): { readonly mine: number; readonly others: number } {
  const unit = Number.isInteger(percent) ? 1 : 10;
  const mine = Math.round(percent * unit);
  return { mine, others: 100 * unit - mine };
}
