import type { PipelineExecutionStatus, StageDeclaration, StageRetryMode } from "@aws-sdk/client-codepipeline";
import {
  type Execution,
  isOver,
  latestRun,
  type PipelineRecord,
  placeOf,
  type StageRun,
  type Waiter,
} from "../state.ts";
import { Outdated, StageFailure, StopRequest, Superseded } from "./action.ts";
import { type ActionContext, runAction } from "./run-action.ts";
import { type PipelineEventState, reportPipeline, reportStage } from "./state-changes.ts";

/** Start of an execution: the first stage, or one that it has already locked for a retry. */
export interface Start {
  readonly stage: number;
  readonly retry?: StageRetryMode;
}

/** Runs an execution through its stages to its end. Rejects only when the simulator closes. */
export async function runExecution(context: ActionContext, start: Start): Promise<void> {
  const { declaration } = context.execution;
  const stages = declaration.stages ?? [];
  try {
    for (const [index, stage] of stages.slice(start.stage).entries())
      await passThrough(context, stage, index === 0 ? start.retry : undefined);
    finish(context, "Succeeded");
  } catch (error) {
    finish(context, statusOf(error));
  }
}

async function passThrough(
  context: ActionContext,
  stage: StageDeclaration,
  retry?: StageRetryMode,
): Promise<void> {
  const { record, execution, signal } = context;
  const { name = "" } = stage;
  if (!retry) {
    refuseEnded(context);
    await enterStage(record, name, execution, signal);
  }
  try {
    await runStage(context, stage, retry);
  } finally {
    leaveStage(record, name, execution);
  }
}

/** Source: CodePipeline user guide, "View inbound execution status": an edit fails executions in progress. */
function refuseEnded({ record, execution }: ActionContext): void {
  if (execution.stopRequest) throw new StopRequest("stopped between two stages");
  if (execution.declaration.version !== record.declaration.version)
    throw new Outdated("the pipeline was changed meanwhile");
}

const statuses: readonly [new (message: string) => Error, PipelineExecutionStatus][] = [
  [StageFailure, "Failed"],
  [Outdated, "Failed"],
  [StopRequest, "Stopped"],
  [Superseded, "Superseded"],
];

/** Any other error comes from the closing simulator. */
function statusOf(error: unknown): PipelineExecutionStatus {
  const known = statuses.find(([kind]) => error instanceof kind);
  if (known) return known[1];
  throw error;
}

const eventStates: Partial<Record<PipelineExecutionStatus, PipelineEventState>> = {
  Succeeded: "SUCCEEDED",
  Failed: "FAILED",
  Stopped: "STOPPED",
  Superseded: "SUPERSEDED",
};

function finish({ environment, record, execution }: ActionContext, status: PipelineExecutionStatus): void {
  if (isOver(execution)) return;
  execution.status = status;
  execution.updatedAt = environment.clock.now();
  const state = eventStates[status];
  if (state) reportPipeline(environment, record, execution, state);
}

/**
 * Runs a stage that the execution has locked: actions of one run order in parallel, the orders one after the other.
 * Rejects with a StageFailure or a StopRequest.
 */
async function runStage(
  context: ActionContext,
  stage: StageDeclaration,
  retry?: StageRetryMode,
): Promise<void> {
  const { environment, record, execution } = context;
  const { name = "" } = stage;
  const stageRun = begin(context, name, retry);
  const report = (state: "STARTED" | "RESUMED" | "SUCCEEDED" | "FAILED" | "STOPPED") =>
    reportStage(environment, record, execution, { stage: name, state });
  report(retry ? "RESUMED" : "STARTED");
  try {
    await runActions(context, stage, retry);
    stageRun.status = "Succeeded";
    report("SUCCEEDED");
  } catch (error) {
    if (error instanceof StageFailure) {
      stageRun.status = "Failed";
      report("FAILED");
    } else if (error instanceof StopRequest) {
      stageRun.status = "Stopped";
      report("STOPPED");
    }
    throw error;
  }
}

function begin({ execution }: ActionContext, stage: string, retry: StageRetryMode | undefined): StageRun {
  const run: StageRun = execution.stages.get(stage) ?? { status: "InProgress", retries: {} };
  run.status = "InProgress";
  if (retry) {
    const { manualStageRetryAttempt = 0 } = run.retries;
    run.retries = {
      autoStageRetryAttempt: 0,
      manualStageRetryAttempt: manualStageRetryAttempt + 1,
      latestRetryTrigger: "ManualStageRetry",
    };
  }
  execution.stages.set(stage, run);
  return run;
}

async function runActions(
  context: ActionContext,
  stage: StageDeclaration,
  retry?: StageRetryMode,
): Promise<void> {
  const { record, execution } = context;
  const { name = "", actions = [] } = stage;
  const isDone = (action: string | undefined) =>
    retry === "FAILED_ACTIONS" && latestRun(record, name, action, execution)?.status === "Succeeded";
  const todo = actions.filter((action) => !isDone(action.name));
  const orders = [...new Set(todo.map(({ runOrder = 1 }) => runOrder))].sort((left, right) => left - right);
  for (const order of orders) {
    const together = todo.filter(({ runOrder = 1 }) => runOrder === order);
    const runs = await Promise.all(together.map((action) => runAction(context, name, action)));
    if (execution.stopRequest) throw new StopRequest("stopped in the stage");
    const failed = runs.filter(({ status }) => status === "Failed");
    if (failed.length > 0)
      throw new StageFailure(`failed: ${failed.map(({ action }) => action.name).join(", ")}`);
  }
}

/**
 * Waits in front of a stage until the execution may enter it, which locks it. Rejects with the reason if it never may.
 * Source: CodePipeline user guide, "How executions are processed in a pipeline".
 */
function enterStage(
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
    supersede(waiting);
    admit(record, stage);
  });
}

/** Unlocks the stage, and admits the next execution. */
function leaveStage(record: PipelineRecord, stage: string, execution: Execution): void {
  const place = placeOf(record, stage);
  if (place.holder === execution) place.holder = undefined;
  admit(record, stage);
}

/** Admits executions that may enter now: after a stage was left, or its transition enabled. */
export function admit(record: PipelineRecord, stage: string): void {
  if (record.transitions.get(stage)?.enabled === false) return;
  const place = placeOf(record, stage);
  if (place.holder) return;
  const next = place.waiting.shift();
  if (!next) return;
  place.holder = place.latest = next.execution;
  next.enter();
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
