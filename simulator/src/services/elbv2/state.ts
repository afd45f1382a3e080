import { randomBytes } from "node:crypto";
import type {
  Action,
  LoadBalancer,
  RuleCondition,
  Tag,
  TargetDescription,
  TargetGroup,
  TargetHealth,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { checkedTags, tagPairs } from "../../kit/tags.ts";
import type { ListenerServer } from "../../runtime/load-balancer/listener-server.ts";
import type { PoolMember, TargetPool } from "../../runtime/load-balancer/target-pool.ts";

export interface LoadBalancerRecord {
  readonly arn: string;
  /** `app/<name>/<id>`, also part of the ARNs of its listeners and rules. */
  readonly path: string;
  /** Description in the API, without the state, which follows from the time of creation. */
  description: LoadBalancer;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
}

export interface ListenerRecord {
  readonly arn: string;
  readonly loadBalancerArn: string;
  port: number;
  server: ListenerServer;
  readonly tags: Map<string, string>;
}

export interface RuleRecord {
  readonly arn: string;
  readonly listenerArn: string;
  /** The default rule comes last, for any numbers of the others. */
  priority: number | "default";
  conditions: RuleCondition[];
  actions: Action[];
  readonly tags: Map<string, string>;
}

export interface TargetRecord {
  readonly description: TargetDescription & { Id: string; Port: number };
  readonly member: PoolMember;
  health: TargetHealth;
  /** Ends the target's current activity: its health checks, or its deregistration delay. */
  activity: AbortController;
}

export type TargetGroupSettings = TargetGroup &
  Required<
    Pick<
      TargetGroup,
      | "Port"
      | "HealthCheckPort"
      | "HealthCheckPath"
      | "HealthCheckIntervalSeconds"
      | "HealthCheckTimeoutSeconds"
      | "HealthyThresholdCount"
      | "UnhealthyThresholdCount"
    >
  > & { Matcher: { HttpCode: string } };

export interface TargetGroupRecord {
  readonly arn: string;
  readonly name: string;
  settings: TargetGroupSettings;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  /** By `id:port`. */
  readonly targets: Map<string, TargetRecord>;
  readonly pool: TargetPool;
}

/** Everything by ARN, in order of creation. */
export interface State {
  readonly loadBalancers: Map<string, LoadBalancerRecord>;
  readonly listeners: Map<string, ListenerRecord>;
  readonly rules: Map<string, RuleRecord>;
  readonly targetGroups: Map<string, TargetGroupRecord>;
}

export function createState(): State {
  return { loadBalancers: new Map(), listeners: new Map(), rules: new Map(), targetGroups: new Map() };
}

/** The 16 hex digits that end every ARN of Elastic Load Balancing. */
export function newId(): string {
  return randomBytes(8).toString("hex");
}

export const validationError = errorWith("ValidationError");

/** The exception for members of a request that the simulator would otherwise ignore. */
export const unsupported = "ValidationError";

export function findLoadBalancer(state: State, arn = ""): LoadBalancerRecord {
  const found = state.loadBalancers.get(arn);
  if (!found) throw new AwsError("LoadBalancerNotFoundException", `Load balancer '${arn}' not found`);
  return found;
}

export function findTargetGroup(state: State, arn = ""): TargetGroupRecord {
  const found = state.targetGroups.get(arn);
  if (!found) throw new AwsError("TargetGroupNotFoundException", `Target groups '${arn}' not found`);
  return found;
}

export function findListener(state: State, arn = ""): ListenerRecord {
  const found = state.listeners.get(arn);
  if (!found) throw new AwsError("ListenerNotFoundException", `Listener '${arn}' not found`);
  return found;
}

export function findRule(state: State, arn = ""): RuleRecord {
  const found = state.rules.get(arn);
  if (!found) throw new AwsError("RuleNotFoundException", `Rule '${arn}' not found`);
  return found;
}

export function listenersOf(state: State, loadBalancerArn: string): ListenerRecord[] {
  return [...state.listeners.values()].filter((listener) => listener.loadBalancerArn === loadBalancerArn);
}

/** In order of evaluation: by priority, the default rule last. */
export function rulesOf(state: State, listenerArn: string): RuleRecord[] {
  const rank = ({ priority }: RuleRecord) => (priority === "default" ? Number.POSITIVE_INFINITY : priority);
  return [...state.rules.values()]
    .filter((rule) => rule.listenerArn === listenerArn)
    .sort((one, other) => (rank(one) === rank(other) ? 0 : rank(one) - rank(other)));
}

export function defaultRuleOf(state: State, listenerArn: string): RuleRecord {
  const rule = rulesOf(state, listenerArn).at(-1);
  if (!rule) throw new Error(`listener '${listenerArn}' has no default rule`);
  return rule;
}

export function targetGroupArnsOf(actions: readonly Action[]): string[] {
  return actions.flatMap(({ ForwardConfig }) =>
    (ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn }) => TargetGroupArn ?? []),
  );
}

/** Returns the load balancers that forward to a target group, through any action of any rule. */
export function loadBalancerArnsOf(state: State, targetGroupArn: string): string[] {
  const arns = new Set<string>();
  for (const rule of state.rules.values()) {
    if (!targetGroupArnsOf(rule.actions).includes(targetGroupArn)) continue;
    arns.add(findListener(state, rule.listenerArn).loadBalancerArn);
  }
  return [...arns];
}

/** Returns the tags of a request that are put onto a resource with `held` tags. */
export function tagMap(given: readonly Tag[] = [], held?: ReadonlyMap<string, string>) {
  return checkedTags(tagPairs.read(given), { tooMany: "TooManyTagsException" }, held);
}

export function checkPortNumber(what: string, port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw validationError(`${what} '${port}' must be between 1 and 65535`);
}

/** One page of a list. */
export const page = pager({
  size: "PageSize",
  token: "Marker",
  next: "NextMarker",
  standard: 400,
  code: "ValidationError",
});
