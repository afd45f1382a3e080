import { UpdateTerminationProtectionCommand } from "@aws-sdk/client-cloudformation";
import { explainAwsError, isAccessDenied } from "../../../shared/aws-errors.ts";
import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import type { ProvisionContext } from "../context.ts";
import { removeStack } from "../delete/remove-stack.ts";
import type { ProvisionInputs } from "../inputs.ts";
import { refuseNamesInUse } from "../plan/names-in-use.ts";
import type { StackResult } from "../result.ts";
import { type ChangeSet, createChangeSet, discardChangeSet, executeChangeSet } from "../stack/change-set.ts";
import { newestEvent } from "../stack/events.ts";
import { type Followed, followStack } from "../stack/follow-stack.ts";
import { giveUp } from "./give-up.ts";
import { recoverStack } from "./recover-stack.ts";
import { toFailure } from "./to-failure.ts";

export interface ApplyOptions extends Pick<ProvisionInputs, "onFailure" | "onCancel"> {
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** Every stack of the folder, for errors that refer to other templates. */
  readonly folder: readonly PlannedStack[];
}

/** Applies template and parameters to a stack through a change set. */
export async function applyStack(
  context: ProvisionContext,
  planned: PlannedStack,
  result: StackResult,
  options: ApplyOptions,
): Promise<void> {
  const { stackName } = planned;
  const usable = await recoverStack(context, stackName, options);
  if (usable) await protect(context, stackName);
  else await refuseNamesInUse(context, planned, options.folder);
  const changeSet = await createChangeSet(context, planned, usable ? "UPDATE" : "CREATE", options.deadlineAt);
  if (!changeSet.hasChanges) {
    await discardChangeSet(context, changeSet);
    context.log.info(`${stackName}: no change.`);
    result.outcome = "unchanged";
    return;
  }
  announce(context, stackName, changeSet);
  if (usable) await refuseAddedNames(context, planned, changeSet, options);
  result.outcome = "failed";
  const followed = await execute(context, stackName, changeSet, options);
  result.events = followed.events;
  if (!["CREATE_COMPLETE", "UPDATE_COMPLETE"].includes(followed.status))
    throw await settleFailure(context, planned, changeSet, followed, options);
  result.outcome = usable ? "updated" : "created";
  if (!usable) await protect(context, stackName);
}

async function refuseAddedNames(
  context: ProvisionContext,
  planned: PlannedStack,
  changeSet: ChangeSet,
  { folder }: ApplyOptions,
): Promise<void> {
  const added = changeSet.changes.flatMap(({ Action, LogicalResourceId = "" }) =>
    Action === "Add" ? [LogicalResourceId] : [],
  );
  try {
    await refuseNamesInUse(context, planned, folder, added);
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

async function execute(
  context: ProvisionContext,
  stackName: string,
  changeSet: ChangeSet,
  { deadlineAt, onFailure, onCancel }: ApplyOptions,
): Promise<Followed> {
  const { stackId } = changeSet;
  const after = await newestEvent(context, stackId);
  const disableRollback = keeps(context, stackName, changeSet, onFailure);
  context.operations.begin({ stackName, stackId, type: changeSet.type, onCancel });
  await executeChangeSet(context, changeSet, { disableRollback });
  const followed = await followStack(context, {
    stackName,
    stackId,
    after,
    deadlineAt,
    resources: new Set(changeSet.changes.map(({ LogicalResourceId = "" }) => LogicalResourceId)),
    giveUp: async () => {
      const fate = await giveUp(context, changeSet, onCancel);
      context.operations.decided(stackId);
      return fate;
    },
  });
  context.operations.end(stackId);
  return followed;
}

/** CloudFormation replaces nothing in a stack whose rollback is disabled, so such a failure is always rolled back. */
function keeps(
  context: ProvisionContext,
  stackName: string,
  { changes }: ChangeSet,
  onFailure: ApplyOptions["onFailure"],
): boolean {
  if (onFailure === "rollback") return false;
  const replaced = changes.filter(({ Replacement }) => Replacement && Replacement !== "False");
  if (replaced.length === 0) return true;
  const names = replaced.map(({ LogicalResourceId }) => LogicalResourceId).join(", ");
  context.log.warning(
    `${stackName}: on-failure: keep is not possible because ${names} may be replaced; a failure is rolled back.`,
  );
  return false;
}

/** Logs first why it failed; then removes everything unfinished, unless the inputs keep it. */
async function settleFailure(
  context: ProvisionContext,
  planned: PlannedStack,
  { stackId, type }: ChangeSet,
  followed: Followed,
  { onFailure, deadlineAt }: ApplyOptions,
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
    await removeStack(context, { stackName, stackId, deadlineAt });
    return failure;
  } catch (error) {
    context.log.warning((error as Error).message);
    return toFailure(context, planned, followed, `the stack was ${status} and could not be deleted`);
  }
}
