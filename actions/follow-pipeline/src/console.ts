import { pipelinePage } from "../../shared/console.ts";
import type { FollowContext } from "./context.ts";
import type { PipelineRecord } from "./record.ts";

/** Returns the execution's page in the AWS console. */
export async function executionUrl(
  { clients }: FollowContext,
  { pipeline, executionId }: PipelineRecord,
): Promise<string> {
  return pipelinePage(await clients.codepipeline.config.region(), pipeline, executionId);
}
