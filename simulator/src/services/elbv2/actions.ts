import type {
  Action,
  FixedResponseActionConfig,
  ForwardActionConfig,
  RedirectActionConfig,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { findTargetGroup, type State, validationError } from "./state.ts";

const contentTypes = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];
/** API reference: weights from 0 to 999, up to five target groups, a fixed body of up to 1024 characters. */
const maxWeight = 999;
const maxTargetGroups = 5;
const maxBodyLength = 1024;

/** Checks the actions of a rule and returns them as the API describes them: one action, with all its members. */
export function normalizeActions(state: State, actions: readonly Action[] = []): Action[] {
  const [action, ...others] = actions;
  if (action === undefined) throw validationError("At least one action must be specified");
  for (const { Type } of actions) {
    if (Type !== "forward" && Type !== "fixed-response" && Type !== "redirect") {
      throw validationError(
        `The simulator does not perform actions of type '${Type}'; it performs forward, fixed-response, redirect`,
      );
    }
  }
  if (others.length > 0) {
    throw validationError("A rule must have exactly one action of type forward, fixed-response or redirect");
  }
  const { Type, Order } = action;
  const order = Order === undefined ? {} : { Order };
  refuseOtherConfigs(action);
  if (Type === "forward") return [{ Type, ...order, ...normalizeForward(state, action) }];
  if (Type === "redirect") return [{ Type, ...order, RedirectConfig: normalizeRedirect(action) }];
  return [{ Type: "fixed-response", ...order, FixedResponseConfig: checkFixedResponse(action) }];
}

function refuseOtherConfigs(action: Action): void {
  const own = {
    forward: ["TargetGroupArn", "ForwardConfig"],
    redirect: ["RedirectConfig"],
    "fixed-response": ["FixedResponseConfig"],
  }[action.Type as "forward" | "redirect" | "fixed-response"];
  for (const [name, value] of Object.entries(action)) {
    if (value === undefined || name === "Type" || name === "Order" || own.includes(name)) continue;
    throw validationError(`An action of type '${action.Type}' cannot have '${name}'`);
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
  if (action.TargetGroupArn !== undefined && (arns.length > 1 || arns[0] !== action.TargetGroupArn)) {
    throw validationError("TargetGroupArn and ForwardConfig must name the same single target group");
  }
  if (arns.length > maxTargetGroups) {
    throw validationError(`A forward action can have at most ${maxTargetGroups} target groups`);
  }
  if (new Set(arns).size < arns.length) throw validationError("Target groups must be unique in an action");
  if (action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled) {
    throw validationError("The simulator does not serve target group stickiness: leave it disabled");
  }
  for (const arn of arns) findTargetGroup(state, arn);
  const TargetGroups = tuples.map(({ TargetGroupArn, Weight = 1 }) => {
    if (!Number.isInteger(Weight) || Weight < 0 || Weight > maxWeight) {
      throw validationError(`Weight '${Weight}' must be between 0 and ${maxWeight}`);
    }
    return { TargetGroupArn, Weight };
  });
  return {
    TargetGroupArn: arns.length === 1 ? arns[0] : undefined,
    ForwardConfig: { TargetGroups, TargetGroupStickinessConfig: { Enabled: false } },
  };
}

function normalizeRedirect({ RedirectConfig: given }: Action): RedirectActionConfig {
  if (given === undefined) throw validationError("A RedirectConfig must be specified in a redirect action");
  const config = {
    Protocol: given.Protocol ?? "#{protocol}",
    Port: given.Port ?? "#{port}",
    Host: given.Host ?? "#{host}",
    Path: given.Path ?? "/#{path}",
    Query: given.Query ?? "#{query}",
    StatusCode: given.StatusCode,
  };
  if (!/^(HTTPS?|#\{protocol\})$/.test(config.Protocol)) {
    throw validationError(`Redirect protocol '${config.Protocol}' must be HTTP, HTTPS or #{protocol}`);
  }
  if (config.Port !== "#{port}" && !isPort(config.Port)) {
    throw validationError(`Redirect port '${config.Port}' must be between 1 and 65535 or #{port}`);
  }
  if (!config.Path.startsWith("/")) {
    throw validationError(`Redirect path '${config.Path}' must start with '/'`);
  }
  const changes =
    config.Protocol !== "#{protocol}" ||
    config.Port !== "#{port}" ||
    config.Host !== "#{host}" ||
    config.Path !== "/#{path}";
  if (!changes) {
    throw validationError("A redirect must change at least one of protocol, port, host or path");
  }
  return config;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}

function checkFixedResponse({ FixedResponseConfig: config }: Action): FixedResponseActionConfig {
  if (config === undefined) {
    throw validationError("A FixedResponseConfig must be specified in a fixed-response action");
  }
  if (!/^[245]\d\d$/.test(config.StatusCode ?? "")) {
    throw validationError(`Fixed response status '${config.StatusCode}' must be 2XX, 4XX or 5XX`);
  }
  if (config.ContentType !== undefined && !contentTypes.includes(config.ContentType)) {
    throw validationError(
      `Fixed response type '${config.ContentType}' must be one of ${contentTypes.join(", ")}`,
    );
  }
  if ((config.MessageBody ?? "").length > maxBodyLength) {
    throw validationError(`A fixed response body can have at most ${maxBodyLength} characters`);
  }
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
