import type { FollowContext } from "./context.ts";
import type { FollowInputs } from "./inputs.ts";
import type { WantedSource } from "./pipeline.ts";
import type { PipelineRecord } from "./record.ts";
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
export function keepHandle({ context, record, inputs, deployments }: Following): void {
  const { pipeline } = inputs;
  context.keepForPost({ pipeline, executionId: record.executionId, deploymentIds: deployments.ongoing() });
}
