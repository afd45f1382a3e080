/** Traffic through a listener, or to a target group, in some time. */
export interface Traffic {
  /** Requests for which a target was chosen. */
  readonly requests: number;
  /** Responses of targets by the first digit of their status. */
  readonly targetAnswers: readonly number[];
  /** The load balancer's own error pages, by status. */
  readonly errorPages: ReadonlyMap<number, number>;
  /** Seconds from sending the request to the beginning of the response → count. Precise to 1.6 %. */
  readonly responseTimes: ReadonlyMap<number, number>;
}

export interface TrafficMeter {
  countRequest(): void;
  countTargetAnswer(status: number, milliseconds: number): void;
  countErrorPage(status: number): void;
  /** Returns everything since the last call. */
  take(): Traffic;
}

/**
 * Bits kept of a response time in microseconds: 6 of them make 32 steps from a value to its double. So a minute's times
 * are some dozens of values for any number of requests; CloudWatch keeps them for a day of AWS time.
 */
const keptBits = 6;

/** Counts on the path of every request, so it does integer arithmetic only. */
export function createTrafficMeter(): TrafficMeter {
  let requests = 0;
  let targetAnswers = [0, 0, 0, 0, 0, 0];
  let errorPages = new Map<number, number>();
  let times = new Map<number, number>();
  return {
    countRequest() {
      requests++;
    },
    countTargetAnswer(status, milliseconds) {
      const digit = (status / 100) | 0;
      targetAnswers[digit] = (targetAnswers[digit] ?? 0) + 1;
      const time = rounded((milliseconds * 1000) | 0);
      times.set(time, (times.get(time) ?? 0) + 1);
    },
    countErrorPage(status) {
      errorPages.set(status, (errorPages.get(status) ?? 0) + 1);
    },
    take() {
      const responseTimes = new Map([...times].map(([microseconds, count]) => [microseconds / 1e6, count]));
      const taken = { requests, targetAnswers, errorPages, responseTimes };
      requests = 0;
      targetAnswers = [0, 0, 0, 0, 0, 0];
      errorPages = new Map();
      times = new Map();
      return taken;
    },
  };
}

/** Rounds to the middle of its step. */
function rounded(microseconds: number): number {
  const droppedBits = Math.max(0, 32 - Math.clz32(microseconds) - keptBits);
  return ((microseconds >> droppedBits) << droppedBits) + ((1 << droppedBits) >> 1);
}
