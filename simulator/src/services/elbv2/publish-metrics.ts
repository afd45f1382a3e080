import type { Dimension, MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { Environment } from "../../environment.ts";
import { publishEachMinute } from "../cloudwatch/publish-each-minute.ts";
import {
  type LoadBalancerRecord,
  listenersOf,
  loadBalancerArnsOf,
  type State,
  type TargetGroupRecord,
} from "./state.ts";
import { trafficMetrics } from "./traffic-metrics.ts";

/**
 * Publishes the traffic of each load balancer and target group to CloudWatch, once a minute of AWS time, in namespace
 * AWS/ApplicationELB. Source of names, units, dimensions and omitted metrics: "CloudWatch metrics for your Application
 * Load Balancer". The dimensions have no Availability Zones: the simulated balancer has none.
 */
export function publishMetrics(environment: Environment, state: State): { stop(): void } {
  return publishEachMinute(environment, {
    namespace: "AWS/ApplicationELB",
    publisher: "load balancers",
    collect: () => collect(state),
  });
}

function collect(state: State): MetricDatum[] {
  const balancers = [...state.loadBalancers.values()];
  const groups = [...state.targetGroups.values()];
  return [
    ...balancers.flatMap((balancer) =>
      listenersOf(state, balancer.arn).flatMap(({ server }) =>
        trafficMetrics(server.meter.take(), [dimensionOf(balancer)]),
      ),
    ),
    ...groups.flatMap((group) => groupMetrics(state, group)),
  ];
}

function groupMetrics(state: State, group: TargetGroupRecord): MetricDatum[] {
  const traffic = group.pool.meter.take();
  const [arn = ""] = loadBalancerArnsOf(state, group.arn);
  const balancer = state.loadBalancers.get(arn);
  if (!balancer) return [];
  const TargetGroup = group.arn.slice(group.arn.indexOf("targetgroup/"));
  const ownDimensions = [{ Name: "TargetGroup", Value: TargetGroup }];
  const Dimensions = [...ownDimensions, dimensionOf(balancer)];
  return [
    ...trafficMetrics(traffic, Dimensions),
    ...hostMetrics(group, Dimensions),
    ...[ownDimensions, Dimensions].map((each) => requestsPerTarget(traffic.requests, group, each)),
  ];
}

/** Also published without requests, so that scaling sees the zero. Its sum over a minute is the average. */
function requestsPerTarget(requests: number, group: TargetGroupRecord, Dimensions: Dimension[]): MetricDatum {
  const Value = requests / Math.max(1, countIn(group, "healthy"));
  return { MetricName: "RequestCountPerTarget", Dimensions, Unit: "None", Value };
}

/** Reported as long as there are registered targets. */
function hostMetrics(group: TargetGroupRecord, Dimensions: Dimension[]): MetricDatum[] {
  if (group.targets.size === 0) return [];
  return [
    { MetricName: "HealthyHostCount", Dimensions, Unit: "Count", Value: countIn(group, "healthy") },
    { MetricName: "UnHealthyHostCount", Dimensions, Unit: "Count", Value: countIn(group, "unhealthy") },
  ];
}

function countIn({ targets }: TargetGroupRecord, state: string): number {
  return [...targets.values()].filter(({ health }) => health.State === state).length;
}

function dimensionOf({ path }: LoadBalancerRecord): Dimension {
  return { Name: "LoadBalancer", Value: path };
}
