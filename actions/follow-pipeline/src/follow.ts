import {
  type ActionExecutionDetail,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  paginateListActionExecutions,
} from "@aws-sdk/client-codepipeline";
import { formatDuration } from "../../core/duration.ts";
import { createPatience } from "../../core/outage-tolerance.ts";
import { createPace } from "../../core/pace.ts";
import type { FollowContext, Handle } from "./context.ts";
import type { FollowInputs } from "./inputs.ts";
import type { WantedSource } from "./pipeline.ts";
import type { PipelineRecord } from "./record.ts";
import { hasEnded, linesOf, type Snapshot, snapshotOf } from "./snapshot.ts";
import type { DeploymentWatch } from "./watch-deployments.ts";

/** One execution on its way through the pipeline. */
export interface Following {
  readonly context: FollowContext;
  readonly inputs: FollowInputs;
  readonly record: PipelineRecord;
  readonly wanted: readonly WantedSource[];
  readonly deployments: DeploymentWatch;
  /** Deadline in milliseconds since the epoch, and how long that is. */
  readonly deadlineAt: number;
  readonly budgetMs: number;
}

/**
 * Saves what the post step needs to handle the execution. Called before anything is logged, since a reader of the log
 * may cancel.
 */
export function keepHandle(following: Following): void {
  following.context.keepForPost(handleOf(following));
}

export function handleOf({ inputs: { pipeline }, record: { executionId }, deployments }: Following): Handle {
  return { pipeline, executionId, deploymentIds: deployments.ongoing() };
}

export interface Ending {
  readonly kind: "ended" | "other-revision" | "deadline";
  readonly snapshot: Snapshot;
}

/** Polls the execution until it ends, has other revisions, or the deadline has passed; the last poll is at the deadline. */
export async function follow(following: Following): Promise<Ending> {
  const { context, inputs, record, deployments, deadlineAt } = following;
  const ask = createPatience(context);
  const pace = createPace();
  const logProgress = createProgressLog(following);
  let known: Snapshot | undefined;
  keepHandle(following);
  for (;;) {
    const overdue = context.clock.now() >= deadlineAt;
    const snapshot = await ask(() => pollExecution(context, inputs.pipeline, record.executionId));
    known = snapshot ?? known;
    const hasNews = snapshot !== undefined && logProgress(snapshot);
    const moved = snapshot !== undefined && (await deployments.poll(snapshot.actions));
    keepHandle(following);
    const kind = snapshot && endingOf(following, snapshot);
    if (snapshot && kind) return { kind, snapshot };
    if (overdue && known) return { kind: "deadline", snapshot: known };
    const pause = snapshot ? pace.next(hasNews || moved) : pace.slowest();
    const left = deadlineAt - context.clock.now();
    await context.clock.wait(left > 0 ? Math.min(pause, left) : pause, context.signal);
  }
}

function endingOf({ wanted }: Following, snapshot: Snapshot): Ending["kind"] | undefined {
  if (hasEnded(snapshot)) return "ended";
  const taken = snapshot.actions.some(({ category }) => category !== "Source")
    ? snapshot.revisions.map(({ id }) => id)
    : undefined;
  if (taken && wanted.some(({ revision }) => !taken.includes(revision))) return "other-revision";
  return undefined;
}

/** Returns a function that logs what is new and keeps it on the record; its result is whether there was anything. */
function createProgressLog({ context, record }: Following) {
  const startedAt = context.clock.now();
  const logged = new Set<string>();
  return (snapshot: Snapshot): boolean => {
    record.revisions = snapshot.revisions;
    record.actions = snapshot.actions;
    const news = linesOf(snapshot).filter((line) => !logged.has(line));
    const at = formatDuration(context.clock.now() - startedAt).padStart(12);
    for (const line of news) {
      logged.add(line);
      context.log.info(`${at}  ${line}`);
    }
    return news.length > 0;
  };
}

async function pollExecution(
  { clients: { codepipeline }, signal }: FollowContext,
  pipelineName: string,
  pipelineExecutionId: string,
): Promise<Snapshot> {
  const options = { abortSignal: signal };
  const [{ pipelineExecution = {} }, { stageStates = [] }, details] = await Promise.all([
    codepipeline.send(new GetPipelineExecutionCommand({ pipelineName, pipelineExecutionId }), options),
    codepipeline.send(new GetPipelineStateCommand({ name: pipelineName }), options),
    listActions(),
  ]);
  return snapshotOf(pipelineExecution, details, stageStates);

  async function listActions(): Promise<ActionExecutionDetail[]> {
    const found: ActionExecutionDetail[] = [];
    const query = { pipelineName, filter: { pipelineExecutionId } };
    for await (const page of paginateListActionExecutions({ client: codepipeline }, query))
      found.push(...(page.actionExecutionDetails ?? []));
    return found;
  }
}
