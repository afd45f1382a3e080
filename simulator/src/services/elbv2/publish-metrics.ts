import type { Dimension, MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { Environment } from "../../environment.ts";
import type { Traffic } from "../../runtime/load-balancer/traffic-meter.ts";
import { publishEachMinute } from "../cloudwatch/publish-each-minute.ts";
import {
  type LoadBalancerRecord,
  listenersOf,
  loadBalancerArnsOf,
  type State,
  type TargetGroupRecord,
} from "./state.ts";

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

/** Most of the values of one datum (PutMetricData, API reference). */
const maxValues = 150;
/** Statuses of the load balancer's own pages with a metric of their own in addition to that of their class. */
const singled = [500, 502, 503, 504];

/** Metrics of one minute's traffic; zero counts are not reported. */
function trafficMetrics(traffic: Traffic, Dimensions: Dimension[]): MetricDatum[] {
  const count = (MetricName: string, times: number): MetricDatum[] =>
    times === 0 ? [] : [{ MetricName, Dimensions, Unit: "Count", Value: times }];
  const pages = (from: number, to: number) =>
    [...traffic.errorPages].reduce(
      (sum, [status, times]) => sum + (status >= from && status <= to ? times : 0),
      0,
    );
  return [
    ...count("RequestCount", traffic.requests),
    ...[2, 3, 4, 5].flatMap((digit) =>
      count(`HTTPCode_Target_${digit}XX_Count`, traffic.targetAnswers[digit] ?? 0),
    ),
    ...count("HTTPCode_ELB_4XX_Count", pages(400, 499)),
    ...count("HTTPCode_ELB_5XX_Count", pages(500, 599)),
    ...singled.flatMap((status) => count(`HTTPCode_ELB_${status}_Count`, pages(status, status))),
    ...responseTimes(traffic, Dimensions),
  ];
}

function responseTimes({ responseTimes: times }: Traffic, Dimensions: Dimension[]): MetricDatum[] {
  const all = [...times];
  const data: MetricDatum[] = [];
  for (let start = 0; start < all.length; start += maxValues) {
    const some = all.slice(start, start + maxValues);
    const Values = some.map(([seconds]) => seconds);
    const Counts = some.map(([, times]) => times);
    data.push({ MetricName: "TargetResponseTime", Dimensions, Unit: "Seconds", Values, Counts });
  }
  return data;
}
