import { GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { chunks } from "@ecs-delivery/actions/core/chunks";
import type { PageClients } from "../clients.ts";
import type { TrafficPart } from "../parts.ts";
import type { TargetGroupFacts } from "./balancing.ts";
import type { Reader } from "./reader.ts";

/** Minutes of the small charts. */
const shownMinutes = 40;
/** GetMetricData takes 500 queries, four for each target group. */
const groupsPerCall = 100;

const wanted = [
  ["requests", "RequestCount", "Sum"],
  ["p50", "TargetResponseTime", "p50"],
  ["p99", "TargetResponseTime", "p99"],
  ["failures", "HTTPCode_Target_5XX_Count", "Sum"],
] as const;
type Name = (typeof wanted)[number][0];

/** Reads the load balancer's own counts of the last minutes, by the target group's ARN. */
export async function readTraffic(
  cloudwatch: PageClients["cloudwatch"],
  reader: Reader,
  { groups, now, timeScale }: { groups: readonly TargetGroupFacts[]; now: number; timeScale: number },
): Promise<Map<string, TrafficPart>> {
  const minuteMs = 60_000 / timeScale;
  const attached = groups.filter(({ loadBalancer }) => loadBalancer !== undefined);
  const found = await Promise.all(
    chunks(attached, groupsPerCall).map(async (some) => {
      const command = new GetMetricDataCommand({
        StartTime: new Date(now - shownMinutes * minuteMs),
        EndTime: new Date(now),
        ScanBy: "TimestampAscending",
        MetricDataQueries: some.flatMap(queriesOf),
      });
      const { MetricDataResults = [] } = await reader.send(cloudwatch, command);
      const series = new Map(
        MetricDataResults.map(({ Id, Timestamps = [], Values = [] }) => [
          Id,
          new Map(Timestamps.map((at, index) => [at.getTime(), Values[index] ?? 0])),
        ]),
      );
      return some.flatMap(({ arn }, index) => {
        const of = (name: Name) => series.get(`${name}${index}`) ?? new Map<number, number>();
        const traffic = trafficOf(of, now, minuteMs);
        return traffic ? [[arn, traffic] as const] : [];
      });
    }),
  );
  return new Map(found.flat());
}

function queriesOf({ arn, loadBalancer = "" }: TargetGroupFacts, index: number): MetricDataQuery[] {
  const Dimensions = [
    { Name: "TargetGroup", Value: arn.slice(arn.indexOf("targetgroup/")) },
    { Name: "LoadBalancer", Value: loadBalancer.replace(/^.*:loadbalancer\//, "") },
  ];
  return wanted.map(([name, MetricName, Stat]) => ({
    Id: `${name}${index}`,
    MetricStat: { Metric: { Namespace: "AWS/ApplicationELB", MetricName, Dimensions }, Period: 60, Stat },
  }));
}

/** Undefined if nothing was counted lately. */
function trafficOf(
  of: (name: Name) => ReadonlyMap<number, number>,
  now: number,
  minuteMs: number,
): TrafficPart | undefined {
  const requests = of("requests");
  const last = Math.max(...requests.keys());
  if (!Number.isFinite(last)) return undefined;
  // The newest minute that CloudWatch may know; without requests it reports nothing.
  const newest = now - last > 4 * minuteMs ? last + Math.floor((now - last) / minuteMs - 1) * minuteMs : last;
  const perMinute = (values: ReadonlyMap<number, number>) =>
    Array.from({ length: shownMinutes }, (_, index) => {
      const start = newest - (shownMinutes - 1 - index) * minuteMs;
      const inMinute = [...values].filter(([at]) => Math.abs(at - start) < minuteMs / 2);
      return inMinute.reduce((sum, [, value]) => sum + value, 0);
    });
  const seconds = minuteMs / 1000;
  const history = perMinute(requests).map((count) => round(count / seconds));
  return {
    at: newest,
    requestsPerSecond: history.at(-1) ?? 0,
    p50Seconds: latest(of("p50")),
    p99Seconds: latest(of("p99")),
    failures: of("failures").get(newest) ?? 0,
    history,
    failureHistory: perMinute(of("failures")),
  };
}

/** A minute without a response has no times: the newest that were measured count. */
const latest = (values: ReadonlyMap<number, number>) => [...values.values()].at(-1);

const round = (value: number) => Math.round(value * 10) / 10;
