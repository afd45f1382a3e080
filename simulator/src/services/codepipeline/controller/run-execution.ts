import type { PipelineExecutionStatus, StageDeclaration, StageRetryMode } from "@aws-sdk/client-codepipeline";
import { isOver } from "../execution.ts";
import { Outdated, StageFailure, StopRequest, Superseded } from "./action.ts";
import type { ActionContext } from "./run-action.ts";
import { enterStage, leaveStage, runStage } from "./run-stage.ts";
import { type PipelineEventState, reportPipeline } from "./state-changes.ts";

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
