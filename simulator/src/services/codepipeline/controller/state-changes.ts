import type { Environment } from "../../../environment.ts";
import type { ActionRun, Execution } from "../state.ts";
import { type PipelineRecord, pipelineArn } from "../state.ts";

/** State of a pipeline's execution in an event. */
export type PipelineEventState =
  | "STARTED"
  | "RESUMED"
  | "SUCCEEDED"
  | "FAILED"
  | "STOPPING"
  | "STOPPED"
  | "SUPERSEDED";

const detailTypes = {
  pipeline: "CodePipeline Pipeline Execution State Change",
  stage: "CodePipeline Stage Execution State Change",
  action: "CodePipeline Action Execution State Change",
};

const actionStates = {
  InProgress: "STARTED",
  Succeeded: "SUCCEEDED",
  Failed: "FAILED",
  Abandoned: "ABANDONED",
} as const;

/**
 * Sends an event to the default bus. Source of the shapes: CodePipeline user guide, "Monitoring CodePipeline events".
 */
export function reportPipeline(
  environment: Environment,
  record: PipelineRecord,
  execution: Execution,
  state: PipelineEventState,
): void {
  const { triggerType, triggerDetail } = execution.trigger;
  put(environment, record, execution, "pipeline", {
    ...(state === "STARTED"
      ? { "execution-trigger": { "trigger-type": triggerType, "trigger-detail": triggerDetail } }
      : {}),
    state,
  });
}

export function reportStage(
  environment: Environment,
  record: PipelineRecord,
  execution: Execution,
  change: { readonly stage: string; readonly state: PipelineEventState },
): void {
  put(environment, record, execution, "stage", change);
}

export function reportAction(environment: Environment, record: PipelineRecord, run: ActionRun): void {
  const { action, error, externalExecutionId, externalExecutionUrl, status } = run;
  const { owner, provider, category, version } = action.actionTypeId ?? {};
  const state = actionStates[status as keyof typeof actionStates];
  const result = {
    "external-execution-url": externalExecutionUrl,
    "external-execution-summary": error?.message ?? run.summary,
    "external-execution-id": externalExecutionId,
    "error-code": error?.code,
  };
  put(environment, record, run.execution, "action", {
    stage: run.stage,
    "action-execution-id": run.id,
    action: action.name,
    ...(state === "STARTED" ? { "input-artifacts": run.inputs } : { "output-artifacts": run.outputs }),
    ...(state === "SUCCEEDED" || state === "FAILED" ? { "execution-result": result } : {}),
    state,
    region: environment.region,
    type: { owner, provider, category, version },
  });
}

/** The sender does not wait for the event's subscribers. */
function put(
  environment: Environment,
  record: PipelineRecord,
  execution: Execution,
  kind: keyof typeof detailTypes,
  change: object,
): void {
  const { aws, warn } = environment;
  const detail = {
    pipeline: record.name,
    "execution-id": execution.id,
    "start-time": execution.startedAt.toISOString(),
    ...change,
    version: execution.declaration.version,
    "pipeline-execution-attempt": execution.attempt,
  };
  const entry = {
    Source: "aws.codepipeline",
    DetailType: detailTypes[kind],
    Detail: JSON.stringify(detail),
    Resources: [pipelineArn({ environment }, record.name)],
  };
  aws.events
    .putEvents({ Entries: [entry] })
    .catch((error) => warn(`no event was sent for pipeline ${record.name}: ${(error as Error).message}`));
}
