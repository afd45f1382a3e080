import { setOutput } from "@actions/core";
import { appendSummary } from "../../shared/summary.ts";
import { imageDigestOf, type PipelineRecord } from "./record.ts";
import { summaryOf } from "./summary.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: PipelineRecord): Promise<void> {
  // The last deployment of the pipeline is what users reach.
  const deployment = record.deployments.at(-1);
  setOutput("status", record.status ?? "failed");
  setOutput("cause", record.cause);
  setOutput("execution-id", record.executionId);
  setOutput("started", String(record.started));
  setOutput("deployment-id", deployment?.deploymentId ?? "");
  setOutput("revision-before", deployment?.revisionBefore ?? "");
  setOutput("revision-after", deployment?.revisionAfter ?? "");
  setOutput("image-digest", imageDigestOf(record));
  setOutput("traffic", JSON.stringify(deployment?.traffic ?? []));
  await appendSummary(summaryOf(record));
}
