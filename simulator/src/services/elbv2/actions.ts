import type {
  Action,
  FixedResponseActionConfig,
  ForwardActionConfig,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../kit/errors.ts";
import {
  findLoadBalancer,
  findTargetGroup,
  loadBalancerArnsOf,
  type State,
  targetGroupArnsOf,
  validationError,
} from "./state.ts";

const contentTypes = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];
/** API reference: weights from 0 to 999, up to five target groups, a fixed body of up to 1024 characters. */
const maxWeight = 999;
const maxTargetGroups = 5;
const maxBodyLength = 1024;

const configs: Record<string, readonly string[]> = {
  forward: ["TargetGroupArn", "ForwardConfig"],
  "fixed-response": ["FixedResponseConfig"],
};

/** Checks the actions of a rule and returns them as the API describes them: one action, with all its members. */
export function normalizeActions(
  state: State,
  loadBalancerArn: string,
  actions: readonly Action[] = [],
): Action[] {
  const [action, ...others] = actions;
  if (action === undefined) throw validationError("At least one action must be specified");
  for (const { Type = "" } of actions) {
    if (Type in configs) continue;
    const known = Object.keys(configs).join(", ");
    throw validationError(`The simulator does not perform actions of type '${Type}'; it performs ${known}`);
  }
  if (others.length > 0)
    throw validationError("A rule must have exactly one action of type forward or fixed-response");
  const { Type = "", Order } = action;
  for (const [name, value] of Object.entries(action)) {
    if (value === undefined || name === "Type" || name === "Order" || configs[Type]?.includes(name)) continue;
    throw validationError(`An action of type '${Type}' cannot have '${name}'`);
  }
  const order = Order === undefined ? {} : { Order };
  if (Type !== "forward")
    return [{ Type: "fixed-response", ...order, FixedResponseConfig: checkFixedResponse(action) }];
  const forward = normalizeForward(state, action);
  checkAssociations(state, loadBalancerArn, forward.ForwardConfig);
  return [{ Type, ...order, ...forward }];
}

/**
 * A target group takes traffic from one load balancer only, of its own VPC (recorded:
 * kubernetes-sigs/aws-load-balancer-controller#1045).
 */
function checkAssociations(state: State, loadBalancerArn: string, ForwardConfig: ForwardActionConfig): void {
  const { VpcId } = findLoadBalancer(state, loadBalancerArn).description;
  for (const arn of targetGroupArnsOf([{ Type: "forward", ForwardConfig }])) {
    if (findTargetGroup(state, arn).settings.VpcId !== VpcId)
      throw new AwsError(
        "InvalidConfigurationRequestException",
        `Target group '${arn}' is in a different VPC than load balancer '${loadBalancerArn}'`,
      );
    if (loadBalancerArnsOf(state, arn).some((other) => other !== loadBalancerArn))
      throw new AwsError(
        "TargetGroupAssociationLimitException",
        `The following target groups cannot be associated with more than one load balancer: ${arn}`,
      );
  }
}

function normalizeForward(
  state: State,
  action: Action,
): { TargetGroupArn?: string; ForwardConfig: ForwardActionConfig } {
  const given = action.ForwardConfig?.TargetGroups ?? [];
  const tuples = given.length > 0 ? given : [{ TargetGroupArn: action.TargetGroupArn }];
  const arns = tuples.map(({ TargetGroupArn }) => TargetGroupArn ?? "");
  if (arns.includes("")) throw validationError("A target group ARN must be specified in a forward action");
  if (action.TargetGroupArn !== undefined && (arns.length > 1 || arns[0] !== action.TargetGroupArn))
    throw validationError("TargetGroupArn and ForwardConfig must name the same single target group");
  if (arns.length > maxTargetGroups)
    throw validationError(`A forward action can have at most ${maxTargetGroups} target groups`);
  if (new Set(arns).size < arns.length) throw validationError("Target groups must be unique in an action");
  if (action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled)
    throw validationError("The simulator does not serve target group stickiness: leave it disabled");
  for (const arn of arns) findTargetGroup(state, arn);
  const TargetGroups = tuples.map(({ TargetGroupArn, Weight = 1 }) => {
    if (!Number.isInteger(Weight) || Weight < 0 || Weight > maxWeight)
      throw validationError(`Weight '${Weight}' must be between 0 and ${maxWeight}`);
    return { TargetGroupArn, Weight };
  });
  return {
    TargetGroupArn: arns.length === 1 ? arns[0] : undefined,
    ForwardConfig: { TargetGroups, TargetGroupStickinessConfig: { Enabled: false } },
  };
}

function checkFixedResponse({ FixedResponseConfig: config }: Action): FixedResponseActionConfig {
  if (config === undefined)
    throw validationError("A FixedResponseConfig must be specified in a fixed-response action");
  if (!/^[245]\d\d$/.test(config.StatusCode ?? ""))
    throw validationError(`Fixed response status '${config.StatusCode}' must be 2XX, 4XX or 5XX`);
  if (config.ContentType !== undefined && !contentTypes.includes(config.ContentType))
    throw validationError(
      `Fixed response type '${config.ContentType}' must be one of ${contentTypes.join(", ")}`,
    );
  if ((config.MessageBody ?? "").length > maxBodyLength)
    throw validationError(`A fixed response body can have at most ${maxBodyLength} characters`);
  return config;
}

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
