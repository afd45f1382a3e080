import * as core from "@actions/core";
import { appendSummary } from "../../shared/summary.ts";
import { type DeploymentRecord, imageDigest } from "./record.ts";
import { summaryOf } from "./summary.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: DeploymentRecord): Promise<void> {
  core.setOutput("status", record.status ?? "failed");
  core.setOutput("cause", record.cause);
  core.setOutput("deployment-id", record.deploymentId);
  core.setOutput("revision-before", record.revisionBefore);
  core.setOutput("revision-after", record.revisionAfter);
  core.setOutput("image-digest", imageDigest(record.image));
  core.setOutput("traffic", JSON.stringify(record.traffic));
  core.setOutput("changed", String(record.changed));
  await appendSummary(summaryOf(record));
}
