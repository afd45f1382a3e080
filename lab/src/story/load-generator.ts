import { createHistogram, percentileOf, recordMs } from "../../../actions/shared/load/histogram.ts";
import type { Sent } from "../../../actions/shared/load/loop.ts";
import { startOpenLoop } from "../../../actions/shared/load/open-loop.ts";

export interface LoadPhase {
  name: string;
  durationMs: number;
  requests: number;
  /** No answer, or one that is not 2xx. */
  failed: number;
  p50Ms: number;
  p99Ms: number;
  /** What the first failures were. */
  failures: string[];
}

export interface LoadGenerator {
  /** What is due from now on counts for this phase. */
  beginPhase(name: string): void;
  /** Stops, waits for the last answers, and counts all. */
  stop(): Promise<LoadPhase[]>;
}

// One that takes longer than a load balancer's idle timeout has been given up by everyone.
const answerPatienceMs = 60_000;
/** Three seconds without any answer, at the rate of the story. */
const maxConnections = 660;
const shownFailures = 5;

/**
 * Sends requests at a constant rate to the addresses in turn, however long answers take: run-load-test's open loop,
 * without an end, counted by the phases of the story.
 */
export function startLoad(addresses: readonly string[], requestsPerSecond: number): LoadGenerator {
  const phases: Phase[] = [];
  const loop = startOpenLoop(
    {
      targets: addresses.map((address) => ({ url: new URL(address), weight: 1 })),
      request: { method: "GET", headers: {}, body: undefined, timeoutMs: answerPatienceMs },
      spacing: "constant",
      maxConnections,
      onSent: (sent) => {
        const phase = phases.findLast(({ beganAt }) => beganAt <= sent.dueAt);
        phase?.count(sent, addresses[sent.target] ?? "");
      },
    },
    [{ durationMs: Number.POSITIVE_INFINITY, from: requestsPerSecond, to: requestsPerSecond }],
    performance.now(),
  );
  return {
    beginPhase: (name) => void phases.push(createPhase(name)),
    async stop() {
      loop.end();
      const endedAt = performance.now();
      await loop.done;
      return phases.map((phase, index) => phase.summarise(phases[index + 1]?.beganAt ?? endedAt));
    },
  };
}

type Phase = ReturnType<typeof createPhase>;

function createPhase(name: string) {
  const beganAt = performance.now();
  const latency = createHistogram();
  const failures: string[] = [];
  let failed = 0;
  return {
    beganAt,
    count({ status, error, latencyMs }: Sent, address: string) {
      recordMs(latency, latencyMs);
      if (status !== undefined && status >= 200 && status < 300) return;
      failed++;
      if (failures.length < shownFailures) failures.push(`${address}: ${error ?? `HTTP ${status}`}`);
    },
    summarise: (endedAt: number): LoadPhase => ({
      name,
      durationMs: endedAt - beganAt,
      requests: latency.totalCount,
      failed,
      p50Ms: percentileOf(latency, 50),
      p99Ms: percentileOf(latency, 99),
      failures,
    }),
  };
}
