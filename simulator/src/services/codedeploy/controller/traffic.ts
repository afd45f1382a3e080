import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Aws } from "../../api.ts";
import { forwardsToAny, reweigh, type Weights } from "../../elbv2/actions.ts";
import { orLoadBalancerFailure } from "./failure.ts";

/** A rule, or the default action of a listener, that forwards to a target group of a pair. */
export interface Route {
  readonly listenerArn: string;
  /** Absent for the listener's default action. */
  readonly ruleArn?: string | undefined;
  readonly actions: Action[];
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
