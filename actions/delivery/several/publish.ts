import { setOutput } from "@actions/core";
import { appendSummary, markdownOf } from "../../core/card.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";
import { diffOf, hasChanges } from "../plan/plan.ts";
import { imageDigest } from "../record.ts";
import type { ServiceResult, SeveralRecord } from "./record.ts";
import { messageOfSeveral, summaryOfSeveral } from "./summary.ts";

/** Sets the outputs that several services have in common, and `services` with what each has of its own. */
export async function publishSeveral(
  several: SeveralRecord,
  context: DeliveryContext,
  { cluster, services = [], commentToken }: DeployInputs,
): Promise<void> {
  const records = several.results.map(({ record }) => record);
  const plans = records.flatMap(({ service, plan }) => (plan ? { service, plan } : []));
  const revision = records.find(({ revisionAfter }) => revisionAfter)?.revisionAfter ?? "";
  setOutput("status", several.status ?? "failed");
  setOutput("cause", several.cause);
  setOutput("message", messageOfSeveral(several));
  setOutput("services", JSON.stringify(several.results.map(outputOf)));
  setOutput("revision-after", revision);
  setOutput("task-definition-arn", revision);
  setOutput("image-digest", imageDigest(records[0]?.image ?? ""));
  setOutput("schedules", several.schedules.join("\n"));
  setOutput("changed", String(several.changed || records.some(({ changed }) => changed)));
  setOutput("has-changes", plans.length > 0 ? String(plans.some(({ plan }) => hasChanges(plan))) : "");
  setOutput("diff", plans.flatMap(diffLines).join("\n"));
  const card = summaryOfSeveral(several);
  await appendSummary(card);
  if (!commentToken) return;
  const { commentPlan } = await import("../../core/comment-plan.ts");
  const key = `plan of ${cluster}/${services.join(",")}`;
  await commentPlan(context, commentToken, { key, markdown: markdownOf(card) });
}

function diffLines({ service, plan }: { service: string; plan: Parameters<typeof diffOf>[0] }): string[] {
  if (!hasChanges(plan)) return [];
  return diffOf(plan)
    .split("\n")
    .map((line) => `${service}: ${line}`);
}

function outputOf({ record, rollback }: ServiceResult): object {
  const { service, status = "not-started", cause, deploymentId, revisionBefore, revisionAfter } = record;
  const { traffic, durations, durationMs } = record;
  return {
    ...{
      service,
      status,
      cause,
      deploymentId,
      revisionBefore,
      revisionAfter,
      traffic,
      durations,
      durationMs,
    },
    ...(rollback && { rollback: { status: rollback.status, cause: rollback.cause } }),
  };
}
