/**
 * What a load test measured, as its JSON file holds it. Everything counts the requests that were sent (closed loop) or
 * due (open loop) in the measured part, after the warm-up; each is counted once, whatever came of it. Histograms are
 * HdrHistogram's V2 compressed encoding in base64, in microseconds, of every request counted, failed ones included.
 */
export interface LoadReport {
  readonly version: 1;
  /** ISO 8601; of the measured part. */
  readonly startedAt: string;
  /** Of the measured part; of a merged report, from the first generator's start to the last one's end. */
  readonly durationMs: number;
  /** How many sent the load: 1, or the number merged. */
  readonly generators: number;
  /** `closed`: each connection sends when it is answered. `open`: at a rate, however long answers take. */
  readonly loop: "closed" | "open";
  /** As planned; a cancelled test did not get through them. */
  readonly stages: readonly LoadStage[];
  /** The test was ended before its time. */
  readonly cancelled: boolean;
  readonly requests: number;
  /** No answer, or one whose status was not expected. */
  readonly failed: number;
  /** Of the bodies received. */
  readonly bytes: number;
  /** Answers by status: `{ "200": 1000 }`, expected or not. */
  readonly statuses: Readonly<Record<string, number>>;
  /**
   * Requests without a whole answer by what ended them: Node's and undici's codes such as `ECONNRESET`, `TIMEOUT` for
   * the time allowed, `NOT_SENT` for one of an open loop that never got a connection.
   */
  readonly errors: Readonly<Record<string, number>>;
  readonly histogram: string;
  readonly targets: readonly TargetReport[];
  /** Every second from the first to the last answer, also those in which nothing was answered. */
  readonly timeline: readonly Interval[];
  readonly generator: GeneratorReport;
  readonly assertions: readonly AssertionReport[];
}

/** Connections (closed loop) or requests per second (open loop) that go from one level to the other. */
export interface LoadStage {
  readonly durationMs: number;
  readonly from: number;
  readonly to: number;
}

export interface TargetReport {
  readonly url: string;
  /** Its share of the requests is this of the sum of all weights. */
  readonly weight: number;
  readonly requests: number;
  readonly failed: number;
  readonly histogram: string;
}

/** What was answered, or failed, in one second of the clock. */
export interface Interval {
  /** Milliseconds since the epoch, a whole second: so those of several generators line up. */
  readonly atMs: number;
  /** How much of the second was part of the test. */
  readonly durationMs: number;
  readonly requests: number;
  readonly failed: number;
  readonly histogram: string;
}

/** What the generator says of itself: whether its figures are the target's or its own. */
export interface GeneratorReport {
  /** Processor time, of all generators. */
  readonly cpuMs: number;
  /**
   * Node's event loop utilization, 0 to 1, of the busiest generator. Node sends from one core: near 1, it could send no
   * more.
   */
  readonly busiestCore: number;
  /** Of an open loop: requests sent more than `lateAfterMs` after they were due, and the latest of them. */
  readonly late: number;
  readonly latestMs: number;
  /** Of the late ones, those that waited since all connections were waiting for answers. */
  readonly lateForConnections: number;
}

export interface AssertionReport {
  /** As it was given: `p99 < 300ms`. */
  readonly text: string;
  /** What was measured, in the unit of its text: milliseconds, per cent, requests per second or a count. */
  readonly value: number;
  readonly ok: boolean;
}
