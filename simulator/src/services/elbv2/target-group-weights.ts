import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";

/** Weight by target group ARN. */
export type Weights = Readonly<Record<string, number>>;

/**
 * Returns the action with these weights for the target groups of the pair, without those that have no weight. Other
 * parts of the action do not change, nor does an action that forwards to none of them.
 */
export function reweigh(action: Action, pair: readonly string[], weights: Weights): Action {
  if (!forwardsToAny(action, pair)) return action;
  const others = tuplesOf(action).filter(({ TargetGroupArn = "" }) => !pair.includes(TargetGroupArn));
  const mine = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
  const { TargetGroupArn: _, ...rest } = action;
  return { ...rest, ForwardConfig: { ...action.ForwardConfig, TargetGroups: [...others, ...mine] } };
}

export function forwardsToAny(action: Action, targetGroupArns: readonly string[]): boolean {
  return tuplesOf(action).some(({ TargetGroupArn = "" }) => targetGroupArns.includes(TargetGroupArn));
}

/** Returns the target groups that an action forwards to. */
export function tuplesOf({ Type, TargetGroupArn, ForwardConfig }: Action) {
  if (Type !== "forward") return [];
  return ForwardConfig?.TargetGroups ?? [{ TargetGroupArn, Weight: 1 }];
}
