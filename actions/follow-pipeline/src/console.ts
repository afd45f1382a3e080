import type { World } from "./clients.ts";
import type { PipelineRecord } from "./record.ts";

/** Returns the execution's page in the AWS console. */
export async function executionUrl(
  { clients }: World,
  { pipeline, executionId }: PipelineRecord,
): Promise<string> {
  const region = await clients.codepipeline.config.region();
  return `https://${region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/${pipeline}/executions/${executionId}/timeline?region=${region}`;
}
