import type { AwsClients, Operations } from "../api.ts";
import { type AttributeDefinitions, fixed, listAttributes, range, setAttributes } from "./attributes.ts";
import { findTargetGroup, type State } from "./state.ts";

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

export function targetGroupAttributeOperations(state: State): Operations<AwsClients["elbv2"]> {
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
