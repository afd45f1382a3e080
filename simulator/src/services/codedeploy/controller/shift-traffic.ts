import type { TrafficRoutingConfig } from "@aws-sdk/client-codedeploy";
import type { Aws } from "../../api.ts";
import { forwardsToAny, reweigh, type Weights } from "../../elbv2/actions.ts";
import {
  DeploymentFailure,
  minute,
  orEcsFailure,
  orLoadBalancerFailure,
  productionListener,
  type Route,
  type Run,
  type RunTaskSet,
  serviceOf,
  testListener,
} from "./run.ts";
import { requirePermission, requireRouting } from "./service-role.ts";

/** Changes every route of the test listener that forwards to the pair to green. */
export async function allowTestTraffic(run: Run): Promise<void> {
  const { aws } = run.environment;
  const { blue, green } = taskSetsOf(run);
  const listener = testListener(run) ?? "";
  const routes = await routesTo(aws, listener, run.pair);
  if (routes.length === 0)
    throw new DeploymentFailure(
      "ELASTIC_LOAD_BALANCING_INVALID",
      `The ELB could not be updated due to the following error: no rule of the test listener ${listener} forwards to ${blue.targetGroupName} or ${green.targetGroupName}`,
    );
  await requireRouting(run, routes);
  run.testRoutesBefore = routes;
  await forwardPair(aws, listener, run.pair, { [green.targetGroupArn]: 1 });
}

/** Shifts production step by step, then makes green the service's primary task set. */
export async function allowTraffic(run: Run): Promise<void> {
  const { clock, aws } = run.environment;
  const { green } = taskSetsOf(run);
  await requireRouting(run, await routesTo(aws, productionListener(run), run.pair));
  for (const { percent, waitMinutes } of trafficSteps(run.routing)) {
    await weighProduction(run, percent);
    await clock.wait(waitMinutes * minute, run.signal);
  }
  await requirePermission(run, "promote");
  await orEcsFailure(aws.ecs.updateServicePrimaryTaskSet({ ...serviceOf(run), primaryTaskSet: green.id }));
}

/** Shifts this percentage of production to green, the rest to blue; both stay behind the listener. */
export async function weighProduction(run: Run, percent: number): Promise<void> {
  const { aws, clock } = run.environment;
  const { blue, green } = taskSetsOf(run);
  const weights = { [blue.targetGroupArn]: 100 - percent, [green.targetGroupArn]: percent };
  await forwardPair(aws, productionListener(run), run.pair, weights);
  const { target } = run.deployment;
  if (target.blue) target.blue.trafficWeight = 100 - percent;
  if (target.green) target.green.trafficWeight = percent;
  target.updatedAt = clock.now();
}

/** Leaves only one target group of the pair behind the production listener: the one of the final task set. */
export function settleProduction(run: Run, { targetGroupArn }: RunTaskSet): Promise<void> {
  return forwardPair(run.environment.aws, productionListener(run), run.pair, { [targetGroupArn]: 1 });
}

function taskSetsOf({ blue, green }: Run) {
  if (!blue || !green) throw new Error("traffic shifts only between two task sets");
  return { blue, green };
}

interface TrafficStep {
  /** Share of production traffic that green gets from now on. */
  readonly percent: number;
  /** Before the next step; 0 after the last. */
  readonly waitMinutes: number;
}

/** Returns the shifts of a deployment configuration, the last one to 100 %. */
function trafficSteps(routing: TrafficRoutingConfig): TrafficStep[] {
  const all = { percent: 100, waitMinutes: 0 };
  if (routing.type === "TimeBasedCanary") {
    const { canaryPercentage = 0, canaryInterval = 0 } = routing.timeBasedCanary ?? {};
    return [{ percent: canaryPercentage, waitMinutes: canaryInterval }, all];
  }
  if (routing.type === "TimeBasedLinear") {
    const { linearPercentage = 100, linearInterval = 0 } = routing.timeBasedLinear ?? {};
    const partial = Math.ceil(100 / linearPercentage) - 1;
    return [
      ...Array.from({ length: partial }, (_, index) => ({
        percent: (index + 1) * linearPercentage,
        waitMinutes: linearInterval,
      })),
      all,
    ];
  }
  return [all];
}

/** Returns every route of a listener that forwards to one of these target groups. */
export async function routesTo(
  { elbv2 }: Aws,
  listenerArn: string,
  targetGroupArns: readonly string[],
): Promise<Route[]> {
  const { Rules = [] } = await orLoadBalancerFailure(elbv2.describeRules({ ListenerArn: listenerArn }));
  return Rules.map(({ RuleArn, IsDefault, Actions = [] }) => ({
    listenerArn,
    ruleArn: IsDefault ? undefined : RuleArn,
    actions: Actions,
  })).filter(({ actions }) => actions.some((action) => forwardsToAny(action, targetGroupArns)));
}

/**
 * Sets the weights of the pair's target groups (by ARN; a missing one is removed) in every route of the listener that
 * forwards to the pair. Other parts of the routes do not change.
 */
export async function forwardPair(
  aws: Aws,
  listenerArn: string,
  pair: readonly string[],
  weights: Weights,
): Promise<void> {
  for (const route of await routesTo(aws, listenerArn, pair))
    await putActions(aws, {
      ...route,
      actions: route.actions.map((action) => reweigh(action, pair, weights)),
    });
}

export async function putActions({ elbv2 }: Aws, { listenerArn, ruleArn, actions }: Route): Promise<void> {
  const change =
    ruleArn === undefined
      ? elbv2.modifyListener({ ListenerArn: listenerArn, DefaultActions: actions })
      : elbv2.modifyRule({ RuleArn: ruleArn, Actions: actions });
  await orLoadBalancerFailure<unknown>(change);
}
