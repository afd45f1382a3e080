import { Agent, get } from "node:http";
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

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
  /** What is sent from now on counts for this phase. */
  beginPhase(name: string): void;
  /** Stops, waits for the last answers, and counts all. */
  stop(): Promise<LoadPhase[]>;
}

// One that takes longer than a load balancer's idle timeout has been given up by everyone.
const answerPatienceMs = 60_000;
const shownFailures = 5;

interface Count {
  name: string;
  beganAt: number;
  endedAt: number;
  requests: number;
  failed: number;
  failures: string[];
  latency: RecordableHistogram;
}

/**
 * Sends requests at a constant rate to the addresses in turn, however long answers take: latency counts from the
 * moment a request was due, so that a stall shows in every request it delays.
 */
export function startLoad(addresses: readonly string[], requestsPerSecond: number): LoadGenerator {
  const agent = new Agent({ keepAlive: true });
  const counts: Count[] = [];
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  let sent = 0;
  const sendDue = () => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * requestsPerSecond);
    const count = counts.at(-1);
    for (; sent < due; sent++) {
      if (!count) continue;
      const dueAt = startedAt + (sent / requestsPerSecond) * 1000;
      const answered = send(agent, addresses[sent % addresses.length] as string, dueAt, count);
      pending.add(answered);
      void answered.then(() => pending.delete(answered));
    }
  };
  // Finer than the time between two requests at any rate used here.
  const timer = setInterval(sendDue, 2);
  return {
    beginPhase(name) {
      const now = performance.now();
      const last = counts.at(-1);
      if (last) last.endedAt = now;
      counts.push({
        name,
        beganAt: now,
        endedAt: now,
        requests: 0,
        failed: 0,
        failures: [],
        latency: createHistogram({ lowest: 1, highest: answerPatienceMs * 1000 * 2, figures: 3 }),
      });
    },
    async stop() {
      clearInterval(timer);
      const last = counts.at(-1);
      if (last) last.endedAt = performance.now();
      await Promise.all(pending);
      agent.destroy();
      return counts.map(summarise);
    },
  };
}

function send(agent: Agent, address: string, dueAt: number, count: Count): Promise<void> {
  count.requests++;
  return new Promise((resolve) => {
    const finish = (failure?: string) => {
      count.latency.record(Math.max(1, Math.round((performance.now() - dueAt) * 1000)));
      if (failure !== undefined) {
        count.failed++;
        if (count.failures.length < shownFailures) count.failures.push(`${address}: ${failure}`);
      }
      resolve();
    };
    const request = get(address, { agent, timeout: answerPatienceMs }, (response) => {
      const { statusCode = 0 } = response;
      response.on("error", (error) => finish(error.message));
      response.on("end", () =>
        finish(statusCode >= 200 && statusCode < 300 ? undefined : `HTTP ${statusCode}`),
      );
      response.resume();
    });
    request.on("timeout", () => request.destroy(new Error("no answer in time")));
    request.on("error", (error) => finish(error.message));
  });
}

function summarise(count: Count): LoadPhase {
  const milliseconds = (percentile: number) => count.latency.percentile(percentile) / 1000;
  const { name, requests, failed, failures } = count;
  return {
    name,
    durationMs: count.endedAt - count.beganAt,
    requests,
    failed,
    p50Ms: requests === 0 ? 0 : milliseconds(50),
    p99Ms: requests === 0 ? 0 : milliseconds(99),
    failures,
  };
}
