import { setOutput } from "@actions/core";
import { shortRevision } from "../shared/ecs/revision.ts";
import { appendSummary } from "../shared/summary.ts";
import type { DeliveryContext } from "./context.ts";
import type { DeployInputs } from "./inputs.ts";
import { diffOf, hasChanges } from "./plan/plan.ts";
import { type DeploymentRecord, imageDigest, newRecord } from "./record.ts";
import { siteOf } from "./site.ts";
import { summaryOf } from "./summary.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
async function publish(
  record: DeploymentRecord,
  context: DeliveryContext,
  { commentToken }: Pick<DeployInputs, "cluster" | "service" | "commentToken">,
): Promise<void> {
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
  const markdown = summaryOf(record, await siteOf(context, record));
  await appendSummary(markdown);
  if (!commentToken) return;
  const { commentPlan } = await import("../shared/pull-request/comment-plan.ts");
  const key = `plan of ${record.cluster}/${record.service}`;
  await commentPlan(context, commentToken, { key, markdown });
}

/** Record of a deployment or a rollback of the service; outputs and job summary are always written. */
export const deploymentReport = {
  record: ({ cluster, service }: Pick<DeployInputs, "cluster" | "service" | "commentToken">) =>
    newRecord(cluster, service),
  publish,
  outcome: ({ service, status, revisionAfter }: DeploymentRecord) =>
    `${service || shortRevision(revisionAfter) || "The task definition"} ${status}`,
};
