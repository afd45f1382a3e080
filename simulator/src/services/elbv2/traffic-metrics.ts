import type { Dimension, MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { Traffic } from "../../runtime/load-balancer/traffic-meter.ts";

/** Most of the values of one datum (PutMetricData, API reference). */
const maxValues = 150;
/** Statuses of the load balancer's own pages with a separate metric besides the one of their class. */
const singled = [500, 502, 503, 504];

/** Metrics of one minute's traffic; zero counts are not reported. */
export function trafficMetrics(traffic: Traffic, Dimensions: Dimension[]): MetricDatum[] {
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
