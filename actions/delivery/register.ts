import { describeRevision, diffRevision, registerRevision, shortRevision } from "../shared/ecs/revision.ts";
import { refuseFindings } from "../shared/findings.ts";
import { persist } from "../shared/outage-tolerance.ts";
import { diffTaskDefinitions } from "../shared/task-definition-diff.ts";
import type { DeliveryContext } from "./context.ts";
import type { DeployInputs } from "./inputs.ts";
import { type DeploymentRecord, keepContainer, reach } from "./record.ts";
import { findRevision } from "./revision.ts";

/** Registers a revision without deploying it, unless the family's latest one is equal. */
export async function registerAlone(
  context: DeliveryContext,
  inputs: DeployInputs,
  record: DeploymentRecord,
): Promise<void> {
  const { taskDefinition, findings } = await findRevision(context, inputs);
  record.findings.push(...findings);
  refuseFindings(findings, context.log);
  if (!taskDefinition) throw new Error("a task definition without faults is read");
  const family = taskDefinition.family ?? "";
  const latest = await persist(context, () => describeRevision(context, family), { firstContact: true });
  const arn = latest?.taskDefinition?.taskDefinitionArn;
  const changes = latest ? diffRevision(latest, taskDefinition) : diffTaskDefinitions({}, taskDefinition);
  const equal = changes.length === 0 ? arn : undefined;
  record.revisionBefore = arn ?? "";
  keepContainer(record, taskDefinition.containerDefinitions?.[0]);
  record.plan = {
    revision: equal,
    revisionChanges: changes,
    images: [],
    imagesMoved: false,
    serviceChanges: [],
  };
  if (equal) context.log.info(`${shortRevision(equal)} is already registered with the same content.`);
  else
    context.log.info(
      `Changes to ${arn ? shortRevision(arn) : `${family}, which is new`}:\n${changes.join("\n")}`,
    );
  if (inputs.mode === "plan") {
    record.status = "planned";
    return;
  }
  record.revisionAfter = equal ?? (await persist(context, () => registerRevision(context, taskDefinition)));
  reach(record, "registered", context.clock.now());
  record.status = "registered";
}
