import { refuseFindings } from "../core/findings.ts";
import { readBeforeChanges, retryOutages } from "../core/outage-tolerance.ts";
import type { TaskDefinitionInput } from "../core/task-definition.ts";
import { diffTaskDefinitions } from "../core/task-definition-diff.ts";
import {
  describeRevision,
  diffRevision,
  settleRevision as findOrRegister,
  registerRevision,
  shortRevision,
} from "../ecs/revision.ts";
import type { DeliveryContext } from "./context.ts";
import type { DeployInputs } from "./inputs.ts";
import { findRevision, type WantedRevision } from "./plan/plan.ts";
import { type DeploymentRecord, keepContainer, type Plan, reach } from "./record.ts";

/** Returns the ARN of the planned revision, which is registered if none is equal. */
export async function registerWanted(
  context: DeliveryContext,
  { taskDefinition }: WantedRevision,
  plan: Plan | undefined,
): Promise<string> {
  if (plan?.revision !== undefined) {
    context.log.info(`Using ${shortRevision(plan.revision)}, which is already registered.`);
    return plan.revision;
  }
  if (!taskDefinition) throw new Error("the faults of a task definition are found before");
  return register(context, taskDefinition);
}

/**
 * Registers the revision. A response may get lost after ECS has registered it: from the second try on, an equal one is
 * used.
 */
function register(context: DeliveryContext, wanted: TaskDefinitionInput): Promise<string> {
  let attempt = registerRevision;
  return retryOutages(context, () => {
    const registered = attempt(context, wanted);
    attempt = findOrRegister;
    return registered;
  });
}

/** Registers a revision without deploying it, unless the family's latest one is equal. */
export async function registerAlone(
  context: DeliveryContext,
  { source, rules, mode }: Pick<DeployInputs, "source" | "rules" | "mode">,
  record: DeploymentRecord,
): Promise<void> {
  const { taskDefinition, findings } = await findRevision(context, source, rules);
  record.findings.push(...findings);
  refuseFindings(findings, context.log);
  if (!taskDefinition) throw new Error("a task definition without faults is read");
  const { family = "" } = taskDefinition;
  const latest = await readBeforeChanges(context, () => describeRevision(context, family), {
    firstContact: true,
  });
  const arn = latest?.taskDefinition?.taskDefinitionArn;
  const changes = latest ? diffRevision(latest, taskDefinition) : diffTaskDefinitions({}, taskDefinition);
  const equal = changes.length === 0 ? arn : undefined;
  record.revisionBefore = arn ?? "";
  keepContainer(record, taskDefinition.containerDefinitions?.[0]);
  const nothing = { images: [], imagesMoved: false, serviceChanges: [] };
  record.plan = { revision: equal, revisionChanges: changes, ...nothing };
  const compared = arn ? shortRevision(arn) : `${family}, which is new`;
  context.log.info(
    equal
      ? `${shortRevision(equal)} is already registered with the same content.`
      : `Changes to ${compared}:\n${changes.join("\n")}`,
  );
  record.status = mode === "plan" ? "planned" : "registered";
  if (mode === "plan") return;
  record.revisionAfter = equal ?? (await register(context, taskDefinition));
  reach(record, "registered", context.clock.now());
}
