import type { Dimension, MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { Environment } from "../../environment.ts";
import { createAwsMinutes } from "../cloudwatch/aws-minutes.ts";
import {
  type LoadBalancerRecord,
  listenersOf,
  loadBalancerArnsOf,
  type State,
  type TargetGroupRecord,
} from "./state.ts";
import { trafficMetrics } from "./traffic-metrics.ts";

/** Most of a PutMetricData call (API reference). */
const maxData = 1000;

/**
 * Publishes what each load balancer and target group saw to CloudWatch, once a minute of AWS time, in namespace
 * AWS/ApplicationELB. Source of names, units, dimensions and when a metric is left out: "CloudWatch metrics for your
 * Application Load Balancer". There are no Availability Zones in the dimensions: the simulated balancer has none.
 */
export function publishMetrics(environment: Environment, state: State): { stop(): void } {
  const { aws, clock, warn } = environment;
  const minutes = createAwsMinutes(clock);
  const stopping = new AbortController();
  const publish = async (Timestamp: Date) => {
    const data = collect(state).map((datum) => ({ ...datum, Timestamp }));
    for (let start = 0; start < data.length; start += maxData)
      await aws.cloudwatch.putMetricData({
        Namespace: "AWS/ApplicationELB",
        MetricData: data.slice(start, start + maxData),
      });
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      const minute = minutes.start(minutes.at(clock.now().getTime()));
      await minutes.next(0, stopping.signal);
      await publish(minute);
    }
  };
  run().catch((error: unknown) => {
    if (!stopping.signal.aborted) warn(`load balancers publish no metrics any more: ${error}`);
  });
  return { stop: () => stopping.abort() };
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
  const Dimensions = [{ Name: "TargetGroup", Value: TargetGroup }, dimensionOf(balancer)];
  return [...trafficMetrics(traffic, Dimensions), ...hostMetrics(group, Dimensions)];
}

/** Reported as long as there are registered targets. */
function hostMetrics({ targets }: TargetGroupRecord, Dimensions: Dimension[]): MetricDatum[] {
  if (targets.size === 0) return [];
  const countOf = (state: string) =>
    [...targets.values()].filter(({ health }) => health.State === state).length;
  return [
    { MetricName: "HealthyHostCount", Dimensions, Unit: "Count", Value: countOf("healthy") },
    { MetricName: "UnHealthyHostCount", Dimensions, Unit: "Count", Value: countOf("unhealthy") },
  ];
}

function dimensionOf({ path }: LoadBalancerRecord): Dimension {
  return { Name: "LoadBalancer", Value: path };
}
