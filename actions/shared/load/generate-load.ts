import { type Load, startLoop } from "./loop.ts";
import { createRecorder, type OnInterval } from "./record-load.ts";
import type { LoadReport } from "./report.ts";

export interface LoadPlan extends Load {
  /** Time before the load at the same level; its requests are not counted. */
  readonly warmUpMs: number;
}

/** How often the seconds are checked: more often than they are shown. */
const checkMs = 200;

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
  const recorder = createRecorder(startedAt, onInterval);
  const before = performance.eventLoopUtilization();
  const loop = startLoop({
    ...plan,
    startedAt: beganAt,
    durationMs: plan.warmUpMs + plan.durationMs,
    signal,
    onSent(sent) {
      if (sent.dueAt >= startedAt) recorder.record(sent);
    },
  });
  const checks = setInterval(() => recorder.advance(performance.now()), checkMs);
  await loop.done;
  clearInterval(checks);

  const endedAt = performance.now();
  const { lateness, ...counts } = recorder.finish(Math.max(startedAt, endedAt));
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
    targets: plan.urls.map(({ href }) => href),
    ...counts,
    generator: { busiestCore: performance.eventLoopUtilization(before).utilization, ...lateness },
    assertions: [],
  };
}
