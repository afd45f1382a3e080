import { isExpected } from "@ecs-delivery/actions/load/connection";
import { createTally, summarise } from "@ecs-delivery/actions/load/counts";
import { type Sent, startLoop } from "@ecs-delivery/actions/load/loop";

export interface LoadPhase {
  name: string;
  durationMs: number;
  requests: number;
  /** Requests without a response, or with one that is not 2xx. */
  failed: number;
  p50Ms: number;
  p99Ms: number;
  /** Descriptions of the first failures. */
  failures: string[];
}

export interface LoadGenerator {
  /** Counts all requests due from now on for this phase, at the given level if there is one. */
  beginPhase(name: string, level?: LoadLevel): void;
  /** Stops, waits for the last responses, and returns the counts. */
  stop(): Promise<LoadPhase[]>;
}

// A load balancer's idle timeout: requests that take longer are lost anyway.
const answerPatienceMs = 60_000;
/** Enough for ten seconds without any response, at the rate of the story. */
const maxConnections = 600;
const shownFailures = 5;

/**
 * Requests at a fixed rate, independent of response times; or connections that each send a request after a response.
 */
export type LoadLevel = { requestsPerSecond: number } | { connections: number };

/**
 * Sends requests to the addresses in turn: run-load-test's loops, without an end, counted by the phases of the story.
 */
export function startLoad(addresses: readonly string[], level: LoadLevel): LoadGenerator {
  const phases: Phase[] = [];
  const options = {
    urls: addresses.map((address) => new URL(address)),
    timeoutMs: answerPatienceMs,
    durationMs: Number.POSITIVE_INFINITY,
    spacing: "constant" as const,
    maxConnections,
    onSent: (sent: Sent) => {
      const phase = phases.findLast(({ beganAt }) => beganAt <= sent.dueAt);
      phase?.count(sent, addresses[sent.target] ?? "");
    },
  };
  const start = (level: LoadLevel) => {
    const startedAt = performance.now();
    return "connections" in level
      ? startLoop({ ...options, startedAt, loop: "closed", level: level.connections })
      : startLoop({ ...options, startedAt, loop: "open", level: level.requestsPerSecond });
  };
  const loops = [start(level)];
  return {
    beginPhase(name, level) {
      phases.push(createPhase(name));
      if (!level) return;
      loops.at(-1)?.end();
      loops.push(start(level));
    },
    async stop() {
      loops.at(-1)?.end();
      const endedAt = performance.now();
      await Promise.all(loops.map(({ done }) => done));
      return phases.map((phase, index) => phase.summarise(phases[index + 1]?.beganAt ?? endedAt));
    },
  };
}

type Phase = ReturnType<typeof createPhase>;

function createPhase(name: string) {
  const beganAt = performance.now();
  const tally = createTally();
  const failures: string[] = [];
  return {
    beganAt,
    count({ status, error, latencyMs }: Sent, address: string) {
      const isFailed = !isExpected(status);
      tally.record(latencyMs, isFailed);
      if (isFailed && failures.length < shownFailures)
        failures.push(`${address}: ${error ?? `HTTP ${status}`}`);
    },
    summarise(endedAt: number): LoadPhase {
      const counted = { durationMs: endedAt - beganAt, ...tally.take() };
      const { durationMs, requests, failed } = counted;
      const { p50Ms, p99Ms } = summarise(counted);
      return { name, durationMs, requests, failed, p50Ms, p99Ms, failures };
    },
  };
}
