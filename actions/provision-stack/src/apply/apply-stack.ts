import { UpdateTerminationProtectionCommand } from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { explainAwsError, isAccessDenied } from "../../../core/aws-errors.ts";
import type { ProvisionContext } from "../context.ts";
import { removeStack } from "../delete/remove-stack.ts";
import type { Adoption, ExistingOptions } from "../existing/find-existing.ts";
import type { ProvisionInputs } from "../inputs.ts";
import type { StackResult } from "../result.ts";
import { type ChangeSet, createChangeSet, discardChangeSet } from "../stack/change-set.ts";
import type { Followed } from "../stack/follow-stack.ts";
import { adoptExisting, sayAdoption } from "./adopt-existing.ts";
import { toFailure } from "./explain-failure.ts";
import { recoverStack } from "./recover-stack.ts";
import { runChangeSet } from "./run-change-set.ts";

/** Inputs that say what to do with existing resources, and with a stack that fails. */
export type ApplyOptions = ExistingOptions & Pick<ProvisionInputs, "onFailure">;

/** Applies template and parameters to a stack through a change set. */
export async function applyStack(
  context: ProvisionContext,
  planned: PlannedStack,
  result: StackResult,
  options: ApplyOptions,
): Promise<void> {
  const { stackName } = planned;
  const exists = await recoverStack(context, stackName);
  if (exists) await protect(context, stackName);
  const { changeSet, adoptions } = await prepare(context, planned, options, exists);
  result.adopted = adoptions.map(sayAdoption);
  if (!changeSet.hasChanges) {
    await discardChangeSet(context, changeSet);
    context.log.info(`${stackName}: no ${adoptions.length > 0 ? "other " : ""}change.`);
    result.outcome = adoptions.length > 0 ? "updated" : "unchanged";
  } else {
    announce(context, stackName, changeSet);
    result.outcome = "failed";
    const followed = await runChangeSet(context, stackName, changeSet, options.onFailure);
    result.events = followed.events;
    if (!["CREATE_COMPLETE", "UPDATE_COMPLETE"].includes(followed.status))
      throw await settleFailure(context, planned, changeSet, followed, options.onFailure);
    result.outcome = exists ? "updated" : "created";
  }
  if (!exists) await protect(context, stackName);
}

/** Creates the change set for all that remains after existing resources were adopted or refused. */
async function prepare(
  context: ProvisionContext,
  planned: PlannedStack,
  options: ApplyOptions,
  exists: boolean,
): Promise<{ readonly changeSet: ChangeSet; readonly adoptions: readonly Adoption[] }> {
  const create = (type: ChangeSet["type"]) => createChangeSet(context, planned, type);
  if (!exists) {
    const adoptions = await adoptExisting(context, planned, options);
    return { adoptions, changeSet: await create(adoptions.length > 0 ? "UPDATE" : "CREATE") };
  }
  const changeSet = await create("UPDATE");
  const added = changeSet.changes.flatMap(({ Action, LogicalResourceId = "" }) =>
    Action === "Add" ? [LogicalResourceId] : [],
  );
  if (added.length === 0) return { adoptions: [], changeSet };
  try {
    const adoptions = await adoptExisting(context, planned, options, added);
    if (adoptions.length === 0) return { adoptions, changeSet };
    // The import made the change set obsolete.
    return { adoptions, changeSet: await create("UPDATE") };
  } catch (error) {
    await discardChangeSet(context, changeSet);
    throw error;
  }
}

/** A role that plans may delete empty stacks, and must not delete this one. Mode delete removes the protection. */
async function protect(context: ProvisionContext, stackName: string): Promise<void> {
  const input = { StackName: stackName, EnableTerminationProtection: true };
  try {
    await context.cloudformation.send(new UpdateTerminationProtectionCommand(input));
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    context.log.warning(`${stackName} is not protected from deletion: ${explainAwsError(error)?.message}`);
  }
}

function announce(context: ProvisionContext, stackName: string, { changes }: ChangeSet): void {
  const lines = changes.map(({ Action, LogicalResourceId, ResourceType, Replacement }) => {
    const replaced = Replacement === "True" ? ", replaced" : "";
    return `\n  ${Action} ${LogicalResourceId} (${ResourceType}${replaced})`;
  });
  const count = changes.length === 1 ? "1 change" : `${changes.length} changes`;
  context.log.info(
    `${stackName}: ${changes.length === 0 ? "only its outputs change" : count}${lines.join("")}`,
  );
}

/** Logs first why it failed; then removes everything unfinished, unless the inputs keep it. */
async function settleFailure(
  context: ProvisionContext,
  planned: PlannedStack,
  { stackId, type }: ChangeSet,
  followed: Followed,
  onFailure: ProvisionInputs["onFailure"],
): Promise<Error> {
  const { stackName } = planned;
  const { status } = followed;
  if (type === "UPDATE" || onFailure === "keep") {
    const kept = status === "CREATE_FAILED" || status === "UPDATE_FAILED";
    return toFailure(
      context,
      planned,
      followed,
      `the stack is ${status}${kept ? ", kept as on-failure says" : ""}`,
    );
  }
  const failure = await toFailure(context, planned, followed, `the stack was ${status} and was deleted`);
  context.log.info(`${failure.message}; deleting the stack, because it contains nothing of use.`);
  try {
    await removeStack(context, { stackName, stackId });
    return failure;
  } catch (error) {
    context.log.warning((error as Error).message);
    return toFailure(context, planned, followed, `the stack was ${status} and could not be deleted`);
  }
}
