import { type Spacing, totalMs } from "./arrivals.ts";
import { startClosedLoop } from "./closed-loop.ts";
import type { LoadRequest } from "./connection.ts";
import type { Loop, Sent } from "./loop.ts";
import { startOpenLoop } from "./open-loop.ts";
import { createRecorder, type OnInterval } from "./record-load.ts";
import type { LoadReport, LoadStage } from "./report.ts";

export interface LoadPlan {
  readonly loop: "closed" | "open";
  /** Connections of a closed loop, requests per second of an open one. */
  readonly stages: readonly LoadStage[];
  /** Time before the first stage, at the level it begins with; its requests are not counted. */
  readonly warmUpMs: number;
  /** Spacing in an open loop. */
  readonly spacing: Spacing;
  readonly maxConnections: number;
  /** Each gets the same share of the requests. */
  readonly urls: readonly URL[];
  readonly request: LoadRequest;
  /** Returns whether a response with this status succeeded. */
  readonly expected: (status: number) => boolean;
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
  const recorder = createRecorder(plan.urls, plan.expected, startedAt, onInterval);
  const before = { cpu: process.cpuUsage(), loop: performance.eventLoopUtilization() };
  const loop = start(plan, beganAt, recorder.record, startedAt);
  const looks = setInterval(() => recorder.advance(performance.now()), lookMs);
  signal.addEventListener("abort", loop.cancel, { once: true });
  if (signal.aborted) loop.cancel();
  await loop.done;
  clearInterval(looks);
  signal.removeEventListener("abort", loop.cancel);

  const endedAt = performance.now();
  const { late, latestMs, lateForConnections, ...counts } = recorder.finish(Math.max(startedAt, endedAt));
  const cpu = process.cpuUsage(before.cpu);
  return {
    version: 1,
    startedAt: new Date(performance.timeOrigin + startedAt).toISOString(),
    // Responses to the last requests come after it, and are counted; those to the last ones of the warm-up are not.
    durationMs: Math.round(Math.min(Math.max(0, endedAt - startedAt), totalMs(plan.stages))),
    generators: 1,
    loop: plan.loop,
    stages: plan.stages,
    cancelled: signal.aborted,
    ...counts,
    generator: {
      cpuMs: Math.round((cpu.user + cpu.system) / 1000),
      busiestCore: performance.eventLoopUtilization(before.loop).utilization,
      late,
      latestMs,
      lateForConnections,
    },
    assertions: [],
  };
}

function start(plan: LoadPlan, beganAt: number, record: (sent: Sent) => void, countFrom: number): Loop {
  const level = plan.stages[0]?.from ?? 0;
  const warmUp = { durationMs: plan.warmUpMs, from: level, to: level };
  const stages = plan.warmUpMs > 0 ? [warmUp, ...plan.stages] : plan.stages;
  const options = {
    urls: plan.urls,
    request: plan.request,
    onSent: (sent: Sent) => {
      if (sent.dueAt >= countFrom) record(sent);
    },
  };
  if (plan.loop === "closed") return startClosedLoop(options, stages, beganAt);
  const { spacing, maxConnections } = plan;
  return startOpenLoop({ ...options, spacing, maxConnections }, stages, beganAt);
}
