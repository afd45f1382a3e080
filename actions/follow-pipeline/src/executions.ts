import {
  ListPipelineExecutionsCommand,
  type PipelineExecutionStatus,
  type PipelineExecutionSummary,
} from "@aws-sdk/client-codepipeline";
import type { FollowContext } from "./context.ts";
import type { WantedSource } from "./pipeline.ts";

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
