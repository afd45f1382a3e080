import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { Clock } from "../../clock.ts";
import type { Environment } from "../../environment.ts";

/** Maximum of a PutMetricData call (API reference). */
const maxData = 1000;

interface Publication {
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

/**
 * Minutes of AWS time on the wall clock, numbered from the epoch. Periods pass by the scaled clock, as every wait
 * of AWS does: at a time scale of 60 a period of 60 seconds is one second on the wall, and the datapoints of
 * consecutive periods bear timestamps one wall second apart. What the API reports as Period stays as configured.
 */
export interface AwsMinutes {
  /** Returns the number of the minute of an instant (milliseconds of the wall's epoch). */
  at(wallMs: number): number;
  /** Returns the beginning of a minute. */
  start(minute: number): Date;
  /** Resolves some seconds of AWS time after the current minute is over. */
  next(afterSeconds: number, signal: AbortSignal): Promise<void>;
}

export function createAwsMinutes(clock: Clock): AwsMinutes {
  const length = clock.toWall(60_000);
  const at = (wallMs: number) => Math.floor(wallMs / length);
  return {
    at,
    start: (minute) => new Date(minute * length),
    next(afterSeconds, signal) {
      const delay = clock.toWall(afterSeconds * 1000);
      const now = clock.now().getTime();
      const wakesAt = (at(now - delay) + 1) * length + delay;
      return clock.wait((wakesAt - now) * clock.scale, signal);
    },
  };
}
