import {
  ListPipelineExecutionsCommand,
  type PipelineExecutionStatus,
  type PipelineExecutionSummary,
} from "@aws-sdk/client-codepipeline";
import type { World } from "./clients.ts";
import type { WantedSource } from "./pipeline.ts";

/** One line of a pipeline's history. */
export interface Execution {
  readonly id: string;
  readonly status: PipelineExecutionStatus;
  /** Source action → revision; empty until the sources are read. */
  readonly revisions: ReadonlyMap<string, string>;
  readonly trigger: { readonly type: string; readonly detail: string };
  /** What was said when it was stopped. */
  readonly stopReason: string;
}

/** As many as one call answers: whatever was just started is among them. */
const newest = 100;

/** Newest first. */
export async function listExecutions({ clients, signal }: World, pipelineName: string): Promise<Execution[]> {
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

/** Whether its sources brought all that is wanted. */
export function hasRevisions({ revisions }: Execution, wanted: readonly WantedSource[]): boolean {
  return wanted.every(({ actions, revision }) => actions.some((name) => revisions.get(name) === revision));
}
