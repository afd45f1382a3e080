import type { Spacing } from "./arrivals.ts";
import { type Loop, type Sent, startClosedLoop, startOpenLoop } from "./loop.ts";
import { createRecorder, type OnInterval } from "./record-load.ts";
import type { LoadReport } from "./report.ts";

export interface LoadPlan {
  readonly loop: "closed" | "open";
  /** Connections of a closed loop, requests per second of an open one. */
  readonly level: number;
  readonly durationMs: number;
  /** Time before it at the same level; its requests are not counted. */
  readonly warmUpMs: number;
  /** Spacing in an open loop. */
  readonly spacing: Spacing;
  /** Maximum number of connections in an open loop. */
  readonly maxConnections: number;
  /** Each gets the same share of the requests. */
  readonly urls: readonly URL[];
  /** Maximum time for one request, after which it counts as failed. */
  readonly timeoutMs: number;
}

/** How often the seconds are checked: more often than they are shown. */
const lookMs = 200;

/**
 * Sends the load and counts the results, without assertions. When `signal` aborts, it ends at once with what it has.
 */
export async function generateLoad(
  plan: LoadPlan,
  signal: AbortSignal,
  onInterval: OnInterval = () => {},
): Promise<LoadReport> {
  const beganAt = performance.now();
  const startedAt = beganAt + plan.warmUpMs;
  const recorder = createRecorder(plan.urls, startedAt, onInterval);
  const before = { cpu: process.cpuUsage(), loop: performance.eventLoopUtilization() };
  const loop = start(plan, beganAt, recorder.record, startedAt);
  const looks = setInterval(() => recorder.advance(performance.now()), lookMs);
  signal.addEventListener("abort", loop.cancel, { once: true });
  if (signal.aborted) loop.cancel();
  await loop.done;
  clearInterval(looks);
  signal.removeEventListener("abort", loop.cancel);

  const endedAt = performance.now();
  const { lateness, ...counts } = recorder.finish(Math.max(startedAt, endedAt));
  const cpu = process.cpuUsage(before.cpu);
  return {
    version: 1,
    startedAt: new Date(performance.timeOrigin + startedAt).toISOString(),
    // Responses to the last requests come after it, and are counted; those to the last ones of the warm-up are not.
    durationMs: Math.round(Math.min(Math.max(0, endedAt - startedAt), plan.durationMs)),
    generators: 1,
    loop: plan.loop,
    level: plan.level,
    plannedMs: plan.durationMs,
    cancelled: signal.aborted,
    ...counts,
    generator: {
      cpuMs: Math.round((cpu.user + cpu.system) / 1000),
      busiestCore: performance.eventLoopUtilization(before.loop).utilization,
      ...lateness,
    },
    assertions: [],
  };
}

function start(plan: LoadPlan, beganAt: number, record: (sent: Sent) => void, countFrom: number): Loop {
  const { urls, timeoutMs, spacing, maxConnections, level } = plan;
  const options = {
    urls,
    timeoutMs,
    startedAt: beganAt,
    durationMs: plan.warmUpMs + plan.durationMs,
    onSent: (sent: Sent) => {
      if (sent.dueAt >= countFrom) record(sent);
    },
  };
  return plan.loop === "closed"
    ? startClosedLoop({ ...options, connections: level })
    : startOpenLoop({ ...options, rate: level, spacing, maxConnections });
}
