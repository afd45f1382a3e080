import { setOutput } from "@actions/core";
import { appendSummary, markdownOf } from "../core/card.ts";
import { shortRevision } from "../ecs/revision.ts";
import type { DeliveryContext } from "./context.ts";
import type { DeployInputs } from "./inputs.ts";
import { diffOf, hasChanges } from "./plan/plan.ts";
import { DeploymentRecord, imageDigest } from "./record.ts";

/** A link is not worth a longer wait at the end of a step. */
const longestMs = 5_000;

/**
 * Returns the address of the load balancer that forwards to the service; "" when it is internal or cannot be read. Only
 * asked after AWS has shown what production runs, so a step that lost contact ends at once.
 */
async function siteOf(
  context: DeliveryContext,
  { targetGroup, production }: DeploymentRecord,
): Promise<string> {
  if (!targetGroup || production.length === 0 || context.signal.aborted) return "";
  try {
    return await findAddress(context, targetGroup);
  } catch {
    return "";
  }
}

async function findAddress({ clients, signal }: DeliveryContext, targetGroup: string): Promise<string> {
  const { DescribeListenersCommand, DescribeLoadBalancersCommand, DescribeTargetGroupsCommand } =
    await import("@aws-sdk/client-elastic-load-balancing-v2");
  const elbv2 = await clients.elbv2();
  const options = { abortSignal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]) };
  const groups = await elbv2.send(
    new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroup] }),
    options,
  );
  const arn = groups.TargetGroups?.[0]?.LoadBalancerArns?.[0];
  if (!arn) return "";
  const [balancers, { Listeners: listeners = [] }] = await Promise.all([
    elbv2.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), options),
    elbv2.send(new DescribeListenersCommand({ LoadBalancerArn: arn }), options),
  ]);
  const { DNSName: name, Scheme } = balancers.LoadBalancers?.[0] ?? {};
  if (!name || Scheme === "internal") return "";
  if (listeners.some(({ Protocol, Port }) => Protocol === "HTTPS" && Port === 443)) return `https://${name}/`;
  return listeners.some(({ Protocol, Port }) => Protocol === "HTTP" && Port === 80) ? `http://${name}/` : "";
}

/** Sets every output and writes the job summary, for a red end as for a green one. */
async function publish(
  record: DeploymentRecord,
  context: DeliveryContext,
  { commentToken }: Pick<DeployInputs, "cluster" | "service" | "commentToken">,
): Promise<void> {
  const { messageOf, summaryOf } = await import("./summary.ts");
  setOutput("status", record.status ?? "failed");
  setOutput("cause", record.cause);
  setOutput("message", messageOf(record));
  setOutput("deployment-id", record.deploymentId);
  setOutput("revision-before", record.revisionBefore);
  setOutput("revision-after", record.revisionAfter);
  setOutput("task-definition-arn", record.revisionAfter);
  setOutput("codedeploy-deployment-id", record.deploymentId.startsWith("arn:") ? "" : record.deploymentId);
  setOutput("image-digest", imageDigest(record.image));
  setOutput("test-url", record.testUrl);
  if (record.services.length > 0) setOutput("services", JSON.stringify(record.services.map(outputOf)));
  setOutput("traffic", JSON.stringify(record.traffic));
  setOutput("durations", JSON.stringify(record.durations));
  setOutput("schedules", record.schedules.join("\n"));
  setOutput("changed", String(record.changed));
  setOutput("has-changes", record.plan ? String(hasChanges(record.plan)) : "");
  setOutput("diff", record.plan ? diffOf(record.plan) : "");
  const card = summaryOf(record, await siteOf(context, record));
  await appendSummary(card);
  if (!commentToken) return;
  const { commentPlan } = await import("../core/comment-plan.ts");
  const names = record.service || record.services.map(({ service }) => service);
  const key = `plan of ${record.cluster}/${names}`;
  await commentPlan(context, commentToken, { key, markdown: markdownOf(card) });
}

function outputOf({ wayBack, ...record }: DeploymentRecord): object {
  const { service, status, cause, deploymentId, revisionBefore, revisionAfter } = record;
  const { durationMs, durations, traffic, testUrl } = record;
  return {
    ...{ service, status: status ?? "not-started", cause, deploymentId, revisionBefore, revisionAfter },
    ...{ durationMs, durations, traffic, testUrl },
    ...(wayBack && { rollback: { status: wayBack.status, cause: wayBack.cause } }),
  };
}

/** Record of a deployment or a rollback of the service; outputs and job summary are always written. */
export const deploymentReport = {
  record: ({ cluster, service, services }: Pick<DeployInputs, "cluster" | "service" | "services">) =>
    new DeploymentRecord(cluster, service, services),
  publish,
  outcome: ({ service, status, revisionAfter }: DeploymentRecord) =>
    `${service || shortRevision(revisionAfter) || "The task definition"} ${status}`,
};
