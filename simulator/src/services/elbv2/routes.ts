import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../kit/errors.ts";
import { type Route, type RouteAction, redirectAnswer } from "../../runtime/load-balancer/actions.ts";
import { compileConditions } from "../../runtime/load-balancer/conditions.ts";
import { createWeightedChoice } from "../../runtime/load-balancer/target-pool.ts";
import {
  findTargetGroup,
  loadBalancerArnsOf,
  type RuleRecord,
  type State,
  targetGroupArnsOf,
} from "./state.ts";

export interface RouteOrigin {
  readonly listenerPort: number;
  readonly portOffset: number;
}

/** Returns rules in their order of evaluation, for the data plane. */
export function compileRoutes(state: State, rules: readonly RuleRecord[], origin: RouteOrigin): Route[] {
  return rules.map((rule) => ({
    matches: rule.priority === "default" ? () => true : compileConditions(rule.conditions),
    action: compileAction(state, rule.actions[0] as Action, origin),
  }));
}

function compileAction(state: State, action: Action, origin: RouteOrigin): RouteAction {
  const { FixedResponseConfig: fixed, RedirectConfig: redirect, ForwardConfig: forward } = action;
  if (redirect) return { type: "answer", answer: (request) => redirectAnswer(redirect, request, origin) };
  if (fixed) {
    const answer = {
      status: Number(fixed.StatusCode),
      contentType: fixed.ContentType,
      body: fixed.MessageBody,
    };
    return { type: "answer", answer: () => answer };
  }
  const choosePool = createWeightedChoice(
    (forward?.TargetGroups ?? []).map(({ TargetGroupArn, Weight = 1 }) => ({
      option: findTargetGroup(state, TargetGroupArn).pool,
      weight: Weight,
    })),
  );
  return { type: "forward", choosePool };
}

/** A target group takes traffic from one load balancer only. */
export function checkAssociations(state: State, loadBalancerArn: string, actions: readonly Action[]): void {
  for (const arn of targetGroupArnsOf(actions)) {
    if (loadBalancerArnsOf(state, arn).some((other) => other !== loadBalancerArn)) {
      throw new AwsError(
        "TargetGroupAssociationLimitException",
        `The following target groups cannot be associated with more than one load balancer: ${arn}`,
      );
    }
  }
}
