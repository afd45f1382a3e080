import { Failure } from "../core/failure.ts";
import { addRequests, type Counted, decodeHistogram, total } from "./counts.ts";
import { readJson } from "./files.ts";
import type { Load } from "./loop.ts";

/**
 * Measurements of a load test, as in its JSON file. All counts are of requests that were sent (closed loop) or due
 * (open loop) in the measured part, after the warm-up. `durationMs` is the length of that part; in a merged report, it
 * is the time from the first generator's start to the last one's end.
 */
export interface LoadReport extends Counted {
  readonly version: 1;
  /** Start of the measured part, in ISO 8601. */
  readonly startedAt: string;
  /** Number of generators: 1, or the number merged. */
  readonly generators: number;
  readonly loop: Load["loop"];
  /** Connections of a closed loop, requests per second of an open one, of all generators together. */
  readonly level: number;
  /** Planned length of the measured part. */
  readonly plannedMs: number;
  /** The test was ended before its time. */
  readonly cancelled: boolean;
  /** Responses by status: `{ "200": 1000 }`, expected or not. */
  readonly statuses: Readonly<Record<string, number>>;
  /**
   * Requests without a complete response by error: Node's and undici's codes such as `ECONNRESET`, `TIMEOUT` for the
   * time allowed, `NOT_SENT` for one of an open loop that never got a connection.
   */
  readonly errors: Readonly<Record<string, number>>;
  /** URLs that were requested in turn. */
  readonly targets: readonly string[];
  /** Every second from the first to the last response, including those without any. */
  readonly timeline: readonly Interval[];
  readonly generator: GeneratorReport;
  readonly assertions: readonly AssertionReport[];
}

/** Responses in one second of the clock. `durationMs` is the part of the second that belongs to the test. */
export interface Interval extends Counted {
  /** Milliseconds since the epoch, a whole second: so those of several generators line up. */
  readonly atMs: number;
}

/** The generator's own state, which shows whether the figures are the target's or its own. */
interface GeneratorReport {
  /**
   * Node's event loop utilization, 0 to 1, of the busiest generator. Node sends from one core: near 1, it could send no
   * more.
   */
  readonly busiestCore: number;
  /** In an open loop, requests sent more than `lateAfterMs` after they were due, and the latest of them. */
  readonly late: number;
  readonly latestMs: number;
  /** Late requests that waited because all connections were waiting for responses. */
  readonly lateForConnections: number;
}

/** With a busier core, every latency includes waiting in the generator's event loop. */
export const limitOfCore = 0.9;

export interface AssertionReport {
  /** The assertion's line: `p99 < 300ms`. */
  readonly text: string;
  /** The measured value, in the unit of its text: milliseconds, per cent, requests per second or a count. */
  readonly value: number;
  readonly ok: boolean;
}

/** Reads the load report in a file. */
export function readReport(file: string): Promise<LoadReport> {
  return readJson<LoadReport>(file, {
    name: "a load report",
    source: "run-load-test writes (its input report)",
    isComplete: ({ histogram, timeline, generator }) =>
      Array.isArray(timeline) && generator !== undefined && decodeHistogram(histogram ?? "").totalCount >= 0,
  });
}

/**
 * Merges the reports of generators that sent at the same time. Counts and histograms add without loss; the assertions
 * of each are dropped, to be checked on the whole. Refuses reports of different kinds of load.
 */
export function mergeReports(reports: readonly LoadReport[]): LoadReport {
  const [first] = reports;
  if (!first) throw new Failure("No load reports were given to merge");
  const [kind, otherKind] = new Set(reports.map(kindOf));
  if (otherKind)
    throw new Failure(
      `The reports are not of one load test: one is of ${kind}, another one of ${otherKind}`,
      { nextStep: "merge the reports of generators that ran with the same inputs." },
    );
  const startMs = Math.min(...reports.map(({ startedAt }) => Date.parse(startedAt)));
  const endMs = Math.max(...reports.map((report) => Date.parse(report.startedAt) + report.durationMs));
  const generators = reports.map(({ generator }) => generator);
  const seconds = Map.groupBy(
    reports.flatMap(({ timeline }) => timeline),
    ({ atMs }) => atMs,
  );
  return {
    version: 1,
    startedAt: new Date(startMs).toISOString(),
    durationMs: endMs - startMs,
    generators: total(reports, ({ generators }) => generators),
    loop: first.loop,
    level: total(reports, ({ level }) => level),
    plannedMs: first.plannedMs,
    cancelled: reports.some(({ cancelled }) => cancelled),
    ...addRequests(reports),
    statuses: addCounts(reports.map(({ statuses }) => statuses)),
    errors: addCounts(reports.map(({ errors }) => errors)),
    targets: [...new Set(reports.flatMap(({ targets }) => targets))],
    timeline: [...seconds].map(addIntervals).sort((one, other) => one.atMs - other.atMs),
    generator: {
      busiestCore: Math.max(...generators.map(({ busiestCore }) => busiestCore)),
      late: total(generators, ({ late }) => late),
      latestMs: Math.max(...generators.map(({ latestMs }) => latestMs)),
      lateForConnections: total(generators, ({ lateForConnections }) => lateForConnections),
    },
    assertions: [],
  };
}

function kindOf({ loop, plannedMs }: LoadReport): string {
  return `${loop === "closed" ? "a closed" : "an open"} loop for ${plannedMs} ms`;
}

function addCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of all.flatMap(Object.entries<number>)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function addIntervals([atMs, parts]: [number, Interval[]]): Interval {
  return { atMs, durationMs: Math.max(...parts.map(({ durationMs }) => durationMs)), ...addRequests(parts) };
}
