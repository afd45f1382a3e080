import {
  ListPipelineExecutionsCommand,
  type PipelineDeclaration,
  type PipelineExecutionStatus,
  type PipelineExecutionSummary,
  type SourceRevisionOverride,
  StartPipelineExecutionCommand,
} from "@aws-sdk/client-codepipeline";
import { lastSegment } from "../../core/arn.ts";
import { formatDuration } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { createPatience } from "../../core/outage-tolerance.ts";
import { createPace } from "../../core/pace.ts";
import type { FollowContext } from "./context.ts";
import { type Following, keepHandle } from "./follow.ts";
import { sayWanted, type WantedSource } from "./pipeline.ts";
import { hasEnded } from "./snapshot.ts";

/** One line of a pipeline's history. */
export interface Execution {
  readonly id: string;
  readonly status: PipelineExecutionStatus;
  /** Source action → revision; empty until the sources are read. */
  readonly revisions: ReadonlyMap<string, string>;
  readonly trigger: { readonly type: string; readonly detail: string };
  /** The reason that was given for stopping it. */
  readonly stopReason: string;
}

/** As many as one call returns: an execution that was just started is among them. */
const newest = 100;

/** Lists the newest first. */
export async function listExecutions(
  { clients, signal }: FollowContext,
  pipelineName: string,
): Promise<Execution[]> {
  const command = new ListPipelineExecutionsCommand({ pipelineName, maxResults: newest });
  const { pipelineExecutionSummaries = [] } = await clients.codepipeline.send(command, {
    abortSignal: signal,
  });
  return pipelineExecutionSummaries.map(executionOf);
}

function executionOf(summary: PipelineExecutionSummary): Execution {
  const {
    pipelineExecutionId = "",
    status = "InProgress",
    sourceRevisions = [],
    trigger,
    stopTrigger,
  } = summary;
  return {
    id: pipelineExecutionId,
    status,
    revisions: new Map(
      sourceRevisions.map(({ actionName = "", revisionId = "" }) => [actionName, revisionId]),
    ),
    trigger: { type: trigger?.triggerType ?? "", detail: trigger?.triggerDetail ?? "" },
    stopReason: stopTrigger?.reason ?? "",
  };
}

/** Returns whether its sources have all wanted revisions. */
export function hasRevisions({ revisions }: Execution, wanted: readonly WantedSource[]): boolean {
  return wanted.every(({ actions, revision }) => actions.some((name) => revisions.get(name) === revision));
}

/** Finds the execution that continued in its place: the next newer one that was not superseded itself. */
export function supersederOf(history: readonly Execution[], id: string): Execution | undefined {
  const position = history.findIndex((each) => each.id === id);
  const newer = history.slice(0, Math.max(0, position));
  return newer.findLast(({ status }) => status !== "Superseded") ?? newer.at(-1);
}

/** Records the id of the execution to follow: the one found, or one that is started now. */
export async function settleExecution(following: Following, declaration: PipelineDeclaration): Promise<void> {
  const { context, inputs, record, wanted } = following;
  const { start, pipeline } = inputs;
  if (start !== "always") {
    const { execution, history } = await findExecution(following);
    if (execution) {
      record.executionId = execution.id;
      keepHandle(following);
      const { type, detail } = execution.trigger;
      context.log.info(`Found execution ${execution.id} (${[type, detail].filter(Boolean).join(" ")}).`);
      return;
    }
    const silence = notStarted(pipeline, wanted, history);
    if (start === "never") {
      record.status = "not-started";
      throw silence;
    }
    record.notes.push(`${silence.message}; this step started it.`);
    context.log.warning(`${silence.message}. Starting it.`);
  }
  record.executionId = await startExecution(context, declaration, wanted);
  record.started = true;
  keepHandle(following);
  context.log.info(`Started execution ${record.executionId}.`);
}

/**
 * Starts an execution and returns its id. A pipeline of type V2 gets the revisions to take, so that a branch or tag
 * that moves meanwhile changes nothing; one of type V1 takes the newest.
 */
async function startExecution(
  { clients }: FollowContext,
  { name, pipelineType }: PipelineDeclaration,
  wanted: readonly WantedSource[],
): Promise<string> {
  const sourceRevisions = pipelineType === "V2" ? wanted.flatMap(overrideFor) : [];
  const command = new StartPipelineExecutionCommand({
    name,
    ...(sourceRevisions.length > 0 && { sourceRevisions }),
  });
  // Not abortable: a discarded response would leave an execution that is not followed.
  const { pipelineExecutionId = "" } = await clients.codepipeline.send(command);
  return pipelineExecutionId;
}

/** Returns none where several sources could bring it: the revisions that they took are checked anyway. */
function overrideFor({ kind, revision, actions }: WantedSource): SourceRevisionOverride[] {
  const [actionName, ...others] = actions;
  if (actionName === undefined || others.length > 0) return [];
  const revisionType = kind === "commit" ? "COMMIT_ID" : "IMAGE_DIGEST";
  return [{ actionName, revisionType, revisionValue: revision }];
}

/** Explains why the change of a source started nothing; a forgotten rule is the usual cause. */
function notStarted(
  pipeline: string,
  wanted: readonly WantedSource[],
  history: readonly Execution[],
): Failure {
  const earlier = history.find((each) => hasRevisions(each, wanted));
  const events = [
    `Nothing started ${pipeline} for ${sayWanted(wanted)} within ${formatDuration(startWaitMs)}`,
    sayTrigger(history),
    earlier ? `an earlier execution with it, ${earlier.id}, ${earlier.status}` : "",
  ];
  return new Failure(events.filter(Boolean).join("; "), {
    nextStep: `${nextStep(wanted, history)}; or set start: if-missing, so that this step starts it.`,
  });
}

function startedByEvent({ trigger }: Execution): boolean {
  return trigger.type === "CloudWatchEvent";
}

/** AWS keeps a year of history: a rule that works appears in it. */
function sayTrigger(history: readonly Execution[]): string {
  const rule = history.find(startedByEvent)?.trigger.detail;
  return rule === undefined
    ? "no EventBridge rule has started it before"
    : `the EventBridge rule ${lastSegment(rule)} started it before, but not now`;
}

function nextStep(wanted: readonly WantedSource[], history: readonly Execution[]): string {
  const { kind, watched = [] } = wanted.at(-1) ?? {};
  if (history.some(startedByEvent) && kind === "commit" && watched.length > 0)
    return `push the commit to ${watched.join(" or ")}, the only source that the pipeline watches; if the commit is there, check that the rule is enabled and lists that branch: a commit that is already on the branch raises no event`;
  if (history.some(startedByEvent))
    return "check that the rule is enabled, that its pattern lists this repository and tag or branch, and that the source changed: an unchanged source creates no event";
  const event =
    kind === "commit"
      ? "the event CodeCommit Repository State Change of the repository's branch"
      : "the event ECR Image Action of the repository and its tag";
  return `create the rule, which only the console creates automatically: ${event}, with the pipeline as target and a role that may codepipeline:StartPipelineExecution (as in infra-templates/pipeline.yaml)`;
}

/** EventBridge delivers within seconds, and CodePipeline starts within one or two minutes. */
export const startWaitMs = 2 * 60_000;

/**
 * Finds the newest execution that has the wanted revisions from its sources. One that had ended before the first poll
 * may be of an earlier run, while this run's event is still on its way: it counts only if it is the pipeline's latest
 * and succeeded. Also returns the pipeline's history as last seen, newest first.
 */
async function findExecution({ context, inputs, wanted, deadlineAt }: Following) {
  const ask = createPatience(context);
  const pace = createPace();
  const until = Math.min(context.clock.now() + startWaitMs, deadlineAt);
  let past: ReadonlySet<string> | undefined;
  let history: readonly Execution[] = [];
  let reported = false;
  for (;;) {
    const late = context.clock.now() >= until;
    const executions = await ask(() => listExecutions(context, inputs.pipeline));
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
        `Waiting up to ${formatDuration(startWaitMs)} for an execution with ${sayWanted(wanted)}.`,
      );
    reported = true;
    await context.clock.wait(executions ? pace.next(false) : pace.slowest(), context.signal);
  }
}

/** Returns whether an execution may still become the wanted one. */
function readsSources(history: readonly Execution[]): boolean {
  return history.some((each) => !hasEnded(each) && each.revisions.size === 0);
}
