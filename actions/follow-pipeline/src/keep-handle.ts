import type { Following } from "./following.ts";

/**
 * Saves what the post step needs to handle the execution. Called before anything is logged, since a reader of the log
 * may cancel.
 */
export function keepHandle({ context, record, inputs, deployments }: Following): void {
  const { pipeline } = inputs;
  context.keepForPost({ pipeline, executionId: record.executionId, deploymentIds: deployments.ongoing() });
}
