import type { Execution, Waiter } from "../execution.ts";
import { type PipelineRecord, placeOf } from "../state.ts";
import { Superseded } from "./action.ts";

/**
 * Waits in front of a stage until the execution may enter it, which locks it. Rejects with the reason if it never may.
 * Source: CodePipeline user guide, "How executions are processed in a pipeline".
 */
export function enterStage(
  record: PipelineRecord,
  stage: string,
  execution: Execution,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { waiting } = placeOf(record, stage);
    const onAbort = () => turnAway(record, execution, signal.reason);
    const settle = () => signal.removeEventListener("abort", onAbort);
    waiting.push({
      execution,
      enter: () => {
        settle();
        resolve();
      },
      turnAway: (reason) => {
        settle();
        reject(reason);
      },
    });
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) return onAbort();
    if (execution.declaration.executionMode === "SUPERSEDED") supersede(waiting);
    admit(record, stage);
  });
}

/** Unlocks the stage, and admits the next execution. */
export function leaveStage(record: PipelineRecord, stage: string, execution: Execution): void {
  const place = placeOf(record, stage);
  if (place.holder === execution) place.holder = undefined;
  admit(record, stage);
}

/** Locks the last stage of the execution again, to retry it. Returns false when another one is in it. */
export function lockAgain(record: PipelineRecord, stage: string, execution: Execution): boolean {
  const place = placeOf(record, stage);
  if (place.holder) return false;
  if (execution.declaration.executionMode !== "PARALLEL") place.holder = execution;
  return true;
}

/** Admits executions that may enter now: after a stage was left, or its transition enabled. */
export function admit(record: PipelineRecord, stage: string): void {
  if (record.transitions.get(stage)?.enabled === false) return;
  const place = placeOf(record, stage);
  for (let next = place.waiting[0]; next && !place.holder; next = place.waiting[0]) {
    place.waiting.shift();
    if (next.execution.declaration.executionMode !== "PARALLEL") place.holder = next.execution;
    place.latest = next.execution;
    next.enter();
  }
}

/** Removes an execution from the queue of a stage. Returns false when it is in none. */
export function turnAway({ places }: PipelineRecord, execution: Execution, reason: Error): boolean {
  for (const { waiting } of places.values()) {
    const index = waiting.findIndex((each) => each.execution === execution);
    if (index < 0) continue;
    waiting.splice(index, 1)[0]?.turnAway(reason);
    return true;
  }
  return false;
}

/** The newest execution waits; all that started before it end. */
function supersede(waiting: Waiter[]): void {
  const newest = Math.max(...waiting.map(({ execution }) => execution.number));
  const overtaken = waiting.filter(({ execution }) => execution.number < newest);
  for (const waiter of overtaken) {
    waiting.splice(waiting.indexOf(waiter), 1);
    waiter.turnAway(new Superseded(`superseded in front of the stage by execution number ${newest}`));
  }
}
