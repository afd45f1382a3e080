import type { Operations } from "../api.ts";
import {
  findLoadBalancer,
  findTargetGroup,
  type LoadBalancerRecord,
  listenersOf,
  type State,
  validationError,
} from "./state.ts";

/** An attribute: its default, and the values that the simulator supports. */
interface AttributeDefinition {
  readonly default: string;
  readonly allowed: readonly string[] | { readonly from: number; readonly to: number };
}

type AttributeDefinitions = Readonly<Record<string, AttributeDefinition>>;

function fixed(value: string): AttributeDefinition {
  return { default: value, allowed: [value] };
}

function oneOf(value: string, ...others: string[]): AttributeDefinition {
  return { default: value, allowed: [value, ...others] };
}

function range(value: number, from: number, to: number): AttributeDefinition {
  return { default: String(value), allowed: { from, to } };
}

const offOn = oneOf("false", "true");

export function defaultAttributes(definitions: AttributeDefinitions): Map<string, string> {
  return new Map(Object.entries(definitions).map(([key, definition]) => [key, definition.default]));
}

interface Attribute {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** Changes all attributes, or none if one is unknown or has an unsupported value. */
function setAttributes(
  attributes: Map<string, string>,
  definitions: AttributeDefinitions,
  changes: readonly Attribute[] = [],
): Attribute[] {
  for (const { Key = "", Value = "" } of changes) {
    const definition = definitions[Key];
    if (definition === undefined) throw validationError(`The attribute '${Key}' is not supported`);
    if (!isAllowed(Value, definition)) {
      throw validationError(`The value '${Value}' of attribute '${Key}' must be ${describe(definition)}`);
    }
  }
  for (const { Key = "", Value = "" } of changes) attributes.set(Key, Value);
  return listAttributes(attributes);
}

function listAttributes(attributes: ReadonlyMap<string, string>): Attribute[] {
  return [...attributes].map(([Key, Value]) => ({ Key, Value }));
}

function isAllowed(value: string, { allowed }: AttributeDefinition): boolean {
  if ("from" in allowed)
    return /^\d+$/.test(value) && Number(value) >= allowed.from && Number(value) <= allowed.to;
  return allowed.includes(value);
}

function describe({ allowed }: AttributeDefinition): string {
  if ("from" in allowed) return `between ${allowed.from} and ${allowed.to}`;
  return `one of [${allowed.map((value) => `'${value}'`).join(", ")}] in the simulator`;
}

/** API reference, LoadBalancerAttribute; unsupported attributes have their default as the only value. */
export const loadBalancerAttributes: AttributeDefinitions = {
  "access_logs.s3.enabled": fixed("false"),
  "access_logs.s3.bucket": fixed(""),
  "access_logs.s3.prefix": fixed(""),
  "client_keep_alive.seconds": fixed("3600"),
  "connection_logs.s3.enabled": fixed("false"),
  "connection_logs.s3.bucket": fixed(""),
  "connection_logs.s3.prefix": fixed(""),
  "deletion_protection.enabled": offOn,
  "health_check_logs.s3.enabled": fixed("false"),
  "health_check_logs.s3.bucket": fixed(""),
  "health_check_logs.s3.prefix": fixed(""),
  "idle_timeout.timeout_seconds": range(60, 1, 4000),
  "ipv6.deny_all_igw_traffic": fixed("false"),
  "load_balancing.cross_zone.enabled": fixed("true"),
  "routing.http.desync_mitigation_mode": fixed("defensive"),
  "routing.http.drop_invalid_header_fields.enabled": fixed("false"),
  // Both values have the same effect here: Host is always passed on unchanged.
  "routing.http.preserve_host_header.enabled": offOn,
  "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": fixed("false"),
  "routing.http.xff_client_port.enabled": fixed("false"),
  "routing.http.xff_header_processing.mode": fixed("append"),
  // HTTP/2 needs TLS, so an HTTP listener uses HTTP/1.1 with either value.
  "routing.http2.enabled": oneOf("true", "false"),
  "waf.fail_open.enabled": fixed("false"),
  "zonal_shift.config.enabled": fixed("false"),
};

export function idleTimeoutMs({ attributes }: LoadBalancerRecord): number {
  return Number(attributes.get("idle_timeout.timeout_seconds")) * 1000;
}

export function loadBalancerAttributeOperations(state: State): Operations<"elbv2"> {
  return {
    describeLoadBalancerAttributes: ({ LoadBalancerArn }) => ({
      Attributes: listAttributes(findLoadBalancer(state, LoadBalancerArn).attributes),
    }),
    modifyLoadBalancerAttributes: ({ LoadBalancerArn, Attributes }) => {
      const loadBalancer = findLoadBalancer(state, LoadBalancerArn);
      const changed = setAttributes(loadBalancer.attributes, loadBalancerAttributes, Attributes);
      for (const { server } of listenersOf(state, loadBalancer.arn))
        server.setIdleTimeout(idleTimeoutMs(loadBalancer));
      return { Attributes: changed };
    },
  };
}

/** API reference, TargetGroupAttribute; unsupported attributes have their default as the only value. */
export const targetGroupAttributes: AttributeDefinitions = {
  "deregistration_delay.timeout_seconds": range(300, 0, 3600),
  "load_balancing.algorithm.anomaly_mitigation": fixed("off"),
  "load_balancing.algorithm.type": fixed("round_robin"),
  "load_balancing.cross_zone.enabled": fixed("use_load_balancer_configuration"),
  "slow_start.duration_seconds": fixed("0"),
  "stickiness.enabled": fixed("false"),
  "stickiness.type": fixed("lb_cookie"),
  "stickiness.app_cookie.cookie_name": fixed(""),
  "stickiness.app_cookie.duration_seconds": range(86_400, 1, 604_800),
  "stickiness.lb_cookie.duration_seconds": range(86_400, 1, 604_800),
  "target_group_health.dns_failover.minimum_healthy_targets.count": fixed("1"),
  "target_group_health.dns_failover.minimum_healthy_targets.percentage": fixed("off"),
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": fixed("1"),
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": fixed("off"),
};

export function targetGroupAttributeOperations(state: State): Operations<"elbv2"> {
  return {
    describeTargetGroupAttributes: ({ TargetGroupArn }) => ({
      Attributes: listAttributes(findTargetGroup(state, TargetGroupArn).attributes),
    }),
    modifyTargetGroupAttributes: ({ TargetGroupArn, Attributes }) => {
      const { attributes } = findTargetGroup(state, TargetGroupArn);
      return { Attributes: setAttributes(attributes, targetGroupAttributes, Attributes) };
    },
  };
}
