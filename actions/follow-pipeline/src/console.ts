import { pipelinePage } from "../../shared/console.ts";
import type { World } from "./context.ts";
import type { PipelineRecord } from "./record.ts";

/** Returns the execution's page in the AWS console. */
export async function executionUrl(
  { clients }: World,
  { pipeline, executionId }: PipelineRecord,
): Promise<string> {
  return pipelinePage(await clients.codepipeline.config.region(), pipeline, executionId);
}
