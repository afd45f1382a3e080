import type { Following } from "./following.ts";

/** Gives the post step what it needs to care for the execution; before anything is told, since a reader may cancel upon it. */
export function keepHandle({ world, record, inputs, deployments }: Following): void {
  const { pipeline } = inputs;
  world.handOver({ pipeline, executionId: record.executionId, deploymentIds: deployments.ongoing() });
}
