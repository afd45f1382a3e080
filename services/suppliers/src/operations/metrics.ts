import { monitorEventLoopDelay } from "node:perf_hooks";

interface MetricSources {
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** 99th percentile in milliseconds since the last call. */
  readonly eventLoopDelay: () => number;
  /** Resident memory of the process in bytes. */
  readonly residentMemory: () => number;
}

export interface Metrics {
  count(answer: { readonly status: number; readonly durationMs: number }): void;
  /** Returns the counts since the last document, and resets them: a CloudWatch embedded metric format object. */
  takeDocument(): object;
}

/** Maximum number of values of one metric in one document. */
const mostValues = 100;

type Value = number | readonly number[];

/**
 * Counts a service's responses in its CloudWatch metrics. Latency holds a uniform sample of 100, so its percentiles
 * approximate those of all requests. The number of requests is in Requests, not in the count of Latency. Source of the
 * shape: "Specification: Embedded metric format", Amazon CloudWatch user guide.
 */
export function createMetrics({
  service,
  now,
  random,
  eventLoopDelay,
  residentMemory,
}: MetricSources): Metrics {
  const latency = createReservoir(mostValues, random);
  let counts = noCounts();
  return {
    count({ status, durationMs }) {
      counts.Requests++;
      if (status >= 500) counts.ServerErrors++;
      else if (status >= 400) counts.ClientErrors++;
      // A service returns 503 only for this reason.
      if (status === 503) counts.DatabaseUnavailable++;
      latency.add(durationMs);
    },
    takeDocument() {
      const values: [name: string, unit: string, value: Value][] = [
        ...Object.entries(counts).map(([name, count]): [string, string, Value] => [name, "Count", count]),
        ["EventLoopDelay", "Milliseconds", round(eventLoopDelay())],
        ["ResidentMemory", "Bytes", residentMemory()],
      ];
      const sample = latency.take().map(round);
      // A metric without values is not allowed.
      if (sample.length > 0) values.push(["Latency", "Milliseconds", sample]);
      counts = noCounts();
      return embed(service, now(), values);
    },
  };
}

const noCounts = () => ({ Requests: 0, ClientErrors: 0, ServerErrors: 0, DatabaseUnavailable: 0 });

const round = (milliseconds: number) => Math.round(milliseconds * 100) / 100;

function embed(service: string, timestamp: number, values: readonly [string, string, Value][]): object {
  return {
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: "CoffeeSuppliers",
          Dimensions: [["Service"]],
          Metrics: values.map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
    },
    Service: service,
    ...Object.fromEntries(values.map(([name, , value]) => [name, value])),
  };
}

interface Reservoir {
  add(value: number): void;
  /** The sample of what was added since the last time. */
  take(): number[];
}

/** Keeps a uniform sample of at most `size` values, however many are added (algorithm R, Vitter 1985). */
export function createReservoir(size: number, random: () => number): Reservoir {
  let sample: number[] = [];
  let added = 0;
  return {
    add(value) {
      added++;
      if (sample.length < size) sample.push(value);
      else {
        const place = Math.floor(random() * added);
        if (place < size) sample[place] = value;
      }
    },
    take() {
      const taken = sample;
      sample = [];
      added = 0;
      return taken;
    },
  };
}

/** Fifty samples a second cost next to nothing; a shorter delay of the loop does not matter. */
const resolutionMs = 20;
const nanosecondsPerMillisecond = 1e6;

/**
 * Starts measuring. Returns a function for the 99th percentile of the event loop's delays, in milliseconds, since its
 * last call.
 */
export function watchEventLoopDelay(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return () => {
    const p99 = histogram.percentile(99) / nanosecondsPerMillisecond;
    histogram.reset();
    // The histogram measures the time between two samples.
    return Math.max(0, p99 - resolutionMs);
  };
}
