import { randomUUID } from "node:crypto";
import type {
  ExecutionTrigger,
  PipelineDeclaration,
  PipelineExecutionSummary,
  SourceRevisionOverride,
  StartPipelineExecutionInput,
} from "@aws-sdk/client-codepipeline";
import { callerArn } from "../../access-keys.ts";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Caller, Operations } from "../api.ts";
import type { CodePipelineController } from "./controller/controller.ts";
import { sources } from "./controller/sources.ts";
import {
  type CodePipelineState,
  type Execution,
  find,
  findExecution,
  isOver,
  type PipelineRecord,
  pagerOf,
} from "./state.ts";

/** Source of the size: API reference, ListPipelineExecutions. */
const page = pagerOf(100);

/** Input of an execution started by EventBridge: in process, with the rule. */
export interface StartByEvent extends StartPipelineExecutionInput {
  readonly trigger: ExecutionTrigger;
}

export function executionOperations(
  state: CodePipelineState,
  controller: CodePipelineController,
): Operations<"codepipeline"> {
  return {
    startPipelineExecution(input, caller) {
      const { variables } = input;
      refuseUnsupported("ValidationException", "StartPipelineExecution", { variables }, []);
      const record = find(state, input.name);
      const trigger = triggerOf(state, input, caller);
      const token = input.clientRequestToken;
      const known = record.executions.find(
        ({ requestToken }) => token !== undefined && requestToken === token,
      );
      if (known) return { pipelineExecutionId: known.id };
      const execution = addExecution(state, record, { ...input, trigger });
      controller.start(record, execution);
      return { pipelineExecutionId: execution.id };
    },
    stopPipelineExecution({ pipelineName, pipelineExecutionId, abandon = false, reason }) {
      refuseBroken("ValidationException", [["reason", reason, { length: [0, 200] }]]);
      const record = find(state, pipelineName);
      const execution = findExecution(record, pipelineExecutionId);
      refuseStop(execution, abandon);
      execution.stopRequest = { reason, abandon };
      execution.status = "Stopping";
      execution.updatedAt = state.environment.clock.now();
      controller.stop(record, execution);
      return { pipelineExecutionId: execution.id };
    },
    getPipelineExecution({ pipelineName, pipelineExecutionId }) {
      const record = find(state, pipelineName);
      const execution = findExecution(record, pipelineExecutionId);
      return { pipelineExecution: { pipelineName: record.name, ...describe(execution) } };
    },
    listPipelineExecutions(input) {
      const { executions } = find(state, input.pipelineName);
      const { filter } = input;
      refuseUnsupported("ValidationException", "ListPipelineExecutions", { filter }, []);
      const { items, nextToken } = page(executions.toReversed(), input);
      return { pipelineExecutionSummaries: items.map(summarize), nextToken };
    },
  };
}

function triggerOf(
  { environment }: CodePipelineState,
  input: StartPipelineExecutionInput | StartByEvent,
  { accessKeyId }: Caller,
): ExecutionTrigger {
  if ("trigger" in input && accessKeyId === "in-process") return input.trigger;
  return { triggerType: "StartPipelineExecution", triggerDetail: callerArn(environment, accessKeyId) };
}

function refuseStop(execution: Execution, abandon: boolean): void {
  if (isOver(execution))
    throw new AwsError(
      "PipelineExecutionNotStoppableException",
      `Unable to stop the pipeline execution ${execution.id}: it is not in progress, but ${execution.status}.`,
    );
  if (execution.stopRequest && (execution.stopRequest.abandon || !abandon))
    throw new AwsError(
      "DuplicatedStopRequestException",
      `The pipeline execution ${execution.id} is already in a Stopping state.`,
    );
}

function describe(execution: Execution) {
  const { declaration, revisions, ...rest } = execution;
  return {
    pipelineVersion: declaration.version,
    pipelineExecutionId: rest.id,
    artifactRevisions: [...revisions.values()].map(({ artifactName: name, revisionId, ...revision }) => ({
      name,
      revisionId,
      revisionSummary: revision.summary,
      created: revision.created,
      revisionUrl: revision.url,
    })),
    ...outcome(execution),
  };
}

function summarize(execution: Execution): PipelineExecutionSummary {
  const { revisions, stopRequest } = execution;
  return {
    pipelineExecutionId: execution.id,
    startTime: execution.startedAt,
    lastUpdateTime: execution.updatedAt,
    sourceRevisions: [...revisions].map(([actionName, { revisionId, summary, url }]) => ({
      actionName,
      revisionId,
      revisionSummary: summary,
      revisionUrl: url,
    })),
    ...(stopRequest ? { stopTrigger: { reason: stopRequest.reason } } : {}),
    ...outcome(execution),
  };
}

/** Returns the members shared by both descriptions of an execution. */
function outcome({ status, statusSummary, trigger, declaration }: Execution) {
  return {
    status,
    statusSummary,
    trigger,
    executionMode: declaration.executionMode,
    executionType: "STANDARD" as const,
  };
}

interface Request {
  readonly trigger: ExecutionTrigger;
  readonly clientRequestToken?: string | undefined;
  readonly sourceRevisions?: readonly SourceRevisionOverride[] | undefined;
}

/** Adds an execution that has not started yet. Throws for revisions that its sources do not take. */
export function addExecution(
  { environment }: CodePipelineState,
  record: PipelineRecord,
  { trigger, clientRequestToken, sourceRevisions = [] }: Request,
): Execution {
  const { declaration, executions } = record;
  for (const revision of sourceRevisions) checkRevision(declaration, revision);
  const now = environment.clock.now();
  const execution: Execution = {
    id: randomUUID(),
    requestToken: clientRequestToken,
    number: executions.length + 1,
    declaration,
    trigger,
    overrides: sourceRevisions,
    startedAt: now,
    updatedAt: now,
    status: "InProgress",
    attempt: 1,
    control: new AbortController(),
    artifacts: new Map(),
    revisions: new Map(),
    stages: new Map(),
  };
  executions.push(execution);
  return execution;
}

function checkRevision(
  { stages }: PipelineDeclaration,
  { actionName, revisionType }: SourceRevisionOverride,
): void {
  const actions = stages?.[0]?.actions ?? [];
  const action = actions.find(({ name }) => name === actionName);
  if (!action)
    throw invalid(
      `The pipeline has no source action '${actionName}'. Its source actions: ${actions.map(({ name }) => name).join(", ")}.`,
    );
  const { overrides: allowed = [] } = sources.get(action.actionTypeId?.provider) ?? {};
  if (!allowed.includes(revisionType))
    throw invalid(
      `The source action '${actionName}' takes no revision of the type ${revisionType}. Allowed: ${allowed.join(", ") || "none"}.`,
    );
}

const invalid = errorWith("ValidationException");
