import { setOutput } from "@actions/core";
import { appendSummary } from "../shared/summary.ts";
import { diffOf, hasChanges } from "./plan/plan.ts";
import { type DeploymentRecord, imageDigest } from "./record.ts";
import { summaryOf } from "./summary.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: DeploymentRecord, site = ""): Promise<void> {
  setOutput("status", record.status ?? "failed");
  setOutput("cause", record.cause);
  setOutput("deployment-id", record.deploymentId);
  setOutput("revision-before", record.revisionBefore);
  setOutput("revision-after", record.revisionAfter);
  setOutput("task-definition-arn", record.revisionAfter);
  setOutput("codedeploy-deployment-id", record.deploymentId.startsWith("arn:") ? "" : record.deploymentId);
  setOutput("image-digest", imageDigest(record.image));
  setOutput("traffic", JSON.stringify(record.traffic));
  setOutput("durations", JSON.stringify(record.durations));
  setOutput("changed", String(record.changed));
  setOutput("has-changes", record.plan ? String(hasChanges(record.plan)) : "");
  setOutput("diff", record.plan ? diffOf(record.plan) : "");
  await appendSummary(summaryOf(record, site));
}
