import type {
  ActionExecutionDetail,
  ArtifactRevision,
  PipelineExecution,
  PipelineExecutionStatus,
  StageState,
} from "@aws-sdk/client-codepipeline";
import { lastSegment } from "../../core/arn.ts";

/** A revision that a source action brought. */
export interface Revision {
  /** Commit, image digest, or version of an object. */
  readonly id: string;
  readonly summary: string;
  readonly url: string;
}

/** The latest try of one action in one execution. */
export interface ActionRun {
  readonly id: string;
  readonly stage: string;
  readonly name: string;
  readonly category: string;
  readonly provider: string;
  readonly status: string;
  /** The provider's own summary. */
  readonly summary: string;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  /** Id of the provider's work for it, such as the CodeDeploy deployment. */
  readonly externalId: string;
  readonly externalUrl: string;
  readonly updatedBy: string;
  readonly configuration: Readonly<Record<string, string>>;
  readonly startedAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

/** A wait of an execution for something other than its own work. */
export type Wait =
  | { readonly kind: "approval"; readonly action: ActionRun }
  | {
      readonly kind: "transition";
      readonly stage: string;
      readonly reason: string;
      readonly by: string;
      readonly since: Date | undefined;
    }
  | { readonly kind: "other"; readonly stage: string; readonly executionId: string };

/** An execution at one moment. */
export interface Snapshot {
  readonly status: PipelineExecutionStatus;
  readonly statusSummary: string;
  readonly revisions: readonly Revision[];
  readonly actions: readonly ActionRun[];
  readonly waits: readonly Wait[];
}

const endedStatuses: readonly string[] = ["Succeeded", "Failed", "Stopped", "Superseded", "Cancelled"];

export function hasEnded({ status }: { readonly status: string }): boolean {
  return endedStatuses.includes(status);
}

/**
 * Builds a snapshot from the responses of GetPipelineExecution, ListActionExecutions (of this execution) and
 * GetPipelineState.
 */
export function snapshotOf(
  execution: PipelineExecution,
  details: readonly ActionExecutionDetail[],
  stages: readonly StageState[],
): Snapshot {
  const id = execution.pipelineExecutionId ?? "";
  const actions = latestTries(details).map((detail) => runOf(detail, stages));
  const status = execution.status ?? "InProgress";
  return {
    status,
    statusSummary: execution.statusSummary ?? "",
    revisions: (execution.artifactRevisions ?? []).map(revisionOf),
    actions,
    waits: hasEnded({ status }) ? [] : [...approvals(actions), ...waitsBefore(stages, id)],
  };
}

function revisionOf({ revisionId = "", revisionSummary = "", revisionUrl = "" }: ArtifactRevision): Revision {
  return { id: revisionId, summary: revisionSummary, url: revisionUrl };
}

/** A retried stage has its actions several times; ListActionExecutions returns the newest first. */
function latestTries(details: readonly ActionExecutionDetail[]): ActionExecutionDetail[] {
  const latest = new Map<string, ActionExecutionDetail>();
  for (const detail of details.toSorted((one, other) => startOf(one) - startOf(other)))
    latest.set(`${detail.stageName}/${detail.actionName}`, detail);
  return [...latest.values()].sort((one, other) => startOf(one) - startOf(other));
}

function startOf({ startTime }: ActionExecutionDetail): number {
  return startTime?.getTime() ?? 0;
}

/** While an action runs, only the pipeline's state reliably shows what its provider does for it. */
function runOf(detail: ActionExecutionDetail, stages: readonly StageState[]): ActionRun {
  const live = stages
    .find(({ stageName }) => stageName === detail.stageName)
    ?.actionStates?.find(
      ({ latestExecution }) => latestExecution?.actionExecutionId === detail.actionExecutionId,
    )?.latestExecution;
  const result = detail.output?.executionResult ?? {};
  const error = result.errorDetails ?? live?.errorDetails;
  return {
    id: detail.actionExecutionId ?? "",
    stage: detail.stageName ?? "",
    name: detail.actionName ?? "",
    category: detail.input?.actionTypeId?.category ?? "",
    provider: detail.input?.actionTypeId?.provider ?? "",
    status: detail.status ?? "InProgress",
    summary: result.externalExecutionSummary ?? live?.summary ?? "",
    error: error && { code: error.code ?? "", message: error.message ?? "" },
    externalId: result.externalExecutionId ?? live?.externalExecutionId ?? "",
    externalUrl: result.externalExecutionUrl ?? live?.externalExecutionUrl ?? "",
    updatedBy: detail.updatedBy ?? live?.lastUpdatedBy ?? "",
    configuration: detail.input?.resolvedConfiguration ?? detail.input?.configuration ?? {},
    startedAt: detail.startTime,
    updatedAt: detail.lastUpdateTime,
  };
}

function approvals(actions: readonly ActionRun[]): Wait[] {
  return actions
    .filter(({ provider, status }) => provider === "Manual" && status === "InProgress")
    .map((action) => ({ kind: "approval", action }));
}

/** Lists waits before a stage: its transition is disabled, or another execution is inside. */
function waitsBefore(stages: readonly StageState[], id: string): Wait[] {
  return stages.flatMap((stage): Wait[] => {
    const inbound = stage.inboundExecutions ?? (stage.inboundExecution ? [stage.inboundExecution] : []);
    if (!inbound.some(({ pipelineExecutionId }) => pipelineExecutionId === id)) return [];
    const { stageName = "", inboundTransitionState: transition, latestExecution } = stage;
    if (transition?.enabled === false)
      return [
        {
          kind: "transition",
          stage: stageName,
          reason: transition.disabledReason ?? "",
          by: transition.lastChangedBy ?? "",
          since: transition.lastChangedAt,
        },
      ];
    const inside = latestExecution?.status === "InProgress" ? latestExecution.pipelineExecutionId : undefined;
    return inside && inside !== id ? [{ kind: "other", stage: stageName, executionId: inside }] : [];
  });
}

/** Describes an execution in lines; a line that was logged once is not repeated. */
export function linesOf(snapshot: Snapshot): string[] {
  const { status, statusSummary, actions, waits } = snapshot;
  const head = `execution ${status}${statusSummary ? `: ${statusSummary}` : ""}`;
  const ended = status !== "InProgress";
  return [
    ...(ended ? [] : [head]),
    ...actions.map(lineOfAction),
    ...waits.map(sayWait),
    ...(ended ? [head] : []),
  ];
}

function lineOfAction(action: ActionRun): string {
  const words = wordsOf(action);
  return `${action.stage} / ${action.name} ${action.status}${words ? `: ${oneLine(words)}` : ""}`;
}

/**
 * Describes an action: why it failed, or what it did. A source without a summary, such as an image, is described by its
 * revision.
 */
export function wordsOf({ category, status, summary, error, externalId }: ActionRun): string {
  if (status === "Failed" && error?.message) return error.message;
  if (category !== "Source") return summary;
  return firstLine(summary) || externalId;
}

/** Describes what an execution waits for, with what a reader needs to end the wait. */
export function sayWait(wait: Wait): string {
  if (wait.kind === "other") return `${wait.stage}: waiting until execution ${wait.executionId} leaves it`;
  if (wait.kind === "approval") {
    const { stage, name, configuration } = wait.action;
    const { CustomData, ExternalEntityLink } = configuration;
    const words = [CustomData && `"${oneLine(CustomData)}"`, ExternalEntityLink].filter(Boolean).join(", ");
    return `${stage} / ${name}: waiting for approval${words ? ` (${words})` : ""}`;
  }
  const since = wait.since ? ` since ${wait.since.toISOString().slice(0, 16).replace("T", " ")} UTC` : "";
  const who = wait.by ? ` by ${lastSegment(wait.by)}` : "";
  const why = wait.reason ? `: "${oneLine(wait.reason)}"` : "";
  return `${wait.stage}: waiting, because the transition into it is disabled${who}${since}${why}`;
}

/** Returns the subject of a commit's message. */
export function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
