import { formatDuration } from "../../shared/duration.ts";
import { createPatience } from "../../shared/outage-tolerance.ts";
import { createPace } from "../../shared/pace.ts";
import type { FollowContext } from "./context.ts";
import { type Execution, hasRevisions, listExecutions } from "./executions.ts";
import { sayWanted, type WantedSource } from "./pipeline.ts";
import { hasEnded } from "./snapshot.ts";

export interface Search {
  readonly pipeline: string;
  readonly wanted: readonly WantedSource[];
  readonly waitForStartMs: number;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
}

export interface Found {
  /** Undefined when nothing started one in time. */
  readonly execution: Execution | undefined;
  /** The pipeline's history as last seen, newest first. */
  readonly history: readonly Execution[];
}

/**
 * Finds the newest execution that has the wanted revisions from its sources. One that had ended before the first poll
 * may be of an earlier run, while this run's event is still on its way: it counts only if it is the pipeline's latest
 * and succeeded.
 */
export async function findExecution(context: FollowContext, search: Search): Promise<Found> {
  const { pipeline, wanted, waitForStartMs, deadlineAt } = search;
  const ask = createPatience(context);
  const pace = createPace();
  const until = Math.min(context.clock.now() + waitForStartMs, deadlineAt);
  let past: ReadonlySet<string> | undefined;
  let history: readonly Execution[] = [];
  let reported = false;
  for (;;) {
    const late = context.clock.now() >= until;
    const executions = await ask(() => listExecutions(context, pipeline));
    history = executions ?? history;
    past ??= executions && new Set(executions.filter(hasEnded).map(({ id }) => id));
    const execution = history.find((each) => hasRevisions(each, wanted) && !past?.has(each.id));
    if (execution) return { execution, history };
    const [last] = history;
    if (last?.status === "Succeeded" && hasRevisions(last, wanted)) return { execution: last, history };
    if (late && (!readsSources(history) || context.clock.now() >= deadlineAt))
      return { execution: undefined, history };
    if (!reported)
      context.log.info(
        `Waiting up to ${formatDuration(waitForStartMs)} for an execution with ${sayWanted(wanted)}.`,
      );
    reported = true;
    await context.clock.wait(executions ? pace.next(false) : pace.slowest(), context.signal);
  }
}

/** Returns whether an execution may still become the wanted one. */
function readsSources(history: readonly Execution[]): boolean {
  return history.some((each) => !hasEnded(each) && each.revisions.size === 0);
}
