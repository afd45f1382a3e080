import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { Environment } from "../../environment.ts";
import { createAwsMinutes } from "./aws-minutes.ts";

/** Maximum of a PutMetricData call (API reference). */
const maxData = 1000;

export interface Publication {
  readonly namespace: string;
  /** Name of the publisher in warnings. */
  readonly publisher: string;
  /** Called at the end of each minute; its result is for that minute. */
  readonly collect: () => MetricDatum[] | Promise<MetricDatum[]>;
}

/** Publishes a service's metrics to CloudWatch, once a minute of AWS time, until it is stopped. */
export function publishEachMinute(
  { aws, clock, warn }: Pick<Environment, "aws" | "clock" | "warn">,
  { namespace: Namespace, publisher, collect }: Publication,
): { stop(): void } {
  const minutes = createAwsMinutes(clock);
  const stopping = new AbortController();
  const publish = async (Timestamp: Date) => {
    const data = (await collect()).map((datum) => ({ ...datum, Timestamp }));
    for (let start = 0; start < data.length; start += maxData)
      await aws.cloudwatch.putMetricData({ Namespace, MetricData: data.slice(start, start + maxData) });
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      const minute = minutes.start(minutes.at(clock.now().getTime()));
      await minutes.next(0, stopping.signal);
      await publish(minute);
    }
  };
  run().catch((error: unknown) => {
    if (!stopping.signal.aborted) warn(`${publisher} publish no metrics any more: ${error}`);
  });
  return { stop: () => stopping.abort() };
}
