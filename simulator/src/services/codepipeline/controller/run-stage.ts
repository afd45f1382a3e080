import type { StageDeclaration, StageRetryMode } from "@aws-sdk/client-codepipeline";
import type { StageRun } from "../execution.ts";
import { latestRun } from "../state.ts";
import { StageFailure, StopRequest } from "./action.ts";
import { type ActionContext, runAction } from "./run-action.ts";
import { reportStage } from "./state-changes.ts";

/** Options for running a stage again. */
export interface Retry {
  readonly mode: StageRetryMode;
  readonly trigger: "ManualStageRetry" | "AutomatedStageRetry";
}

/**
 * Runs a stage that the execution has locked: actions of one run order in parallel, the orders one after the other.
 * Rejects with a StageFailure or a StopRequest.
 */
export async function runStage(
  context: ActionContext,
  stage: StageDeclaration,
  retry?: Retry,
): Promise<void> {
  const { environment, record, execution } = context;
  const { name = "" } = stage;
  const stageRun = begin(context, name, retry);
  const tell = (state: "STARTED" | "RESUMED" | "SUCCEEDED" | "FAILED" | "STOPPED") =>
    reportStage(environment, record, execution, { stage: name, state });
  tell(retry ? "RESUMED" : "STARTED");
  try {
    await runActions(context, stage, retry);
    stageRun.status = "Succeeded";
    tell("SUCCEEDED");
  } catch (error) {
    if (error instanceof StageFailure) {
      stageRun.status = "Failed";
      tell("FAILED");
    } else if (error instanceof StopRequest) {
      stageRun.status = "Stopped";
      tell("STOPPED");
    }
    throw error;
  }
}

function begin({ execution }: ActionContext, stage: string, retry: Retry | undefined): StageRun {
  const run: StageRun = execution.stages.get(stage) ?? { status: "InProgress", retries: {} };
  run.status = "InProgress";
  if (retry) {
    const { autoStageRetryAttempt = 0, manualStageRetryAttempt = 0 } = run.retries;
    const manual = retry.trigger === "ManualStageRetry";
    run.retries = {
      autoStageRetryAttempt: autoStageRetryAttempt + (manual ? 0 : 1),
      manualStageRetryAttempt: manualStageRetryAttempt + (manual ? 1 : 0),
      latestRetryTrigger: retry.trigger,
    };
  }
  execution.stages.set(stage, run);
  return run;
}

async function runActions(context: ActionContext, stage: StageDeclaration, retry?: Retry): Promise<void> {
  const { record, execution } = context;
  const { name = "", actions = [] } = stage;
  const isDone = (action: string | undefined) =>
    retry?.mode === "FAILED_ACTIONS" && latestRun(record, name, action, execution)?.status === "Succeeded";
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
