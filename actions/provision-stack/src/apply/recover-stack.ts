import {
  ContinueUpdateRollbackCommand,
  RollbackStackCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { Failure } from "../../../core/failure.ts";
import type { ProvisionContext } from "../context.ts";
import { removeStack } from "../delete/remove-stack.ts";
import { firstFailure, newestEvent } from "../stack/events.ts";
import { followStack } from "../stack/follow-stack.ts";
import { describeStack } from "../stack/stack.ts";

/** Statuses in which CloudFormation accepts only a deletion: the creation failed and left nothing usable. */
export const onlyDeletable = ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"];

/** Recovers a stack from the state that an earlier run left; returns true when there is one to update. */
export async function recoverStack(context: ProvisionContext, stackName: string): Promise<boolean> {
  const stack = await settledStack(context, stackName);
  const status = stack?.StackStatus;
  // The change set joins the empty stack of another one that is being reviewed.
  if (!status || status === "REVIEW_IN_PROGRESS" || status === "DELETE_COMPLETE") return false;
  const { StackId: stackId = stackName } = stack;
  if (onlyDeletable.includes(status)) {
    context.log.warning(`${stackName} is ${status} from an earlier failure; deleting it first.`);
    await removeStack(context, { stackName, stackId });
    return false;
  }
  if (status === "UPDATE_FAILED" || status === "UPDATE_ROLLBACK_FAILED")
    await rollBack(context, stack, { stackName, stackId });
  return true;
}

/** Returns the stack when no other operation on it is in progress. */
export async function settledStack(context: ProvisionContext, stackName: string): Promise<Stack | undefined> {
  const stack = await describeStack(context, stackName);
  const status = stack?.StackStatus ?? "";
  if (!stack?.StackId || !status.endsWith("_IN_PROGRESS") || status === "REVIEW_IN_PROGRESS") return stack;
  context.log.info(`${stackName}: waiting, as it is ${status}.`);
  const after = await newestEvent(context, stack.StackId);
  await followStack(context, { stackName, stackId: stack.StackId, after });
  return describeStack(context, stackName);
}

/** Rolls back a kept update, or continues a rollback that broke off. */
async function rollBack(
  context: ProvisionContext,
  { StackStatus: status }: Stack,
  target: { readonly stackName: string; readonly stackId: string },
): Promise<void> {
  const { stackName, stackId } = target;
  context.log.warning(`${stackName} is ${status} from an earlier failure; rolling it back first.`);
  const after = await newestEvent(context, stackId);
  const input = { StackName: stackId };
  if (status === "UPDATE_FAILED") await context.cloudformation.send(new RollbackStackCommand(input));
  else await context.cloudformation.send(new ContinueUpdateRollbackCommand(input));
  const followed = await followStack(context, { ...target, after });
  if (followed.status === "UPDATE_ROLLBACK_COMPLETE") return;
  const failed = firstFailure(followed.events);
  const reason = failed
    ? `${failed.LogicalResourceId}: ${failed.ResourceStatusReason}`
    : followed.statusReason;
  throw new Failure(`Stack ${stackName} cannot be rolled back (it is ${followed.status}): ${reason}`, {
    nextStep: `fix the resource manually and run the job again, or abandon the resource: aws cloudformation continue-update-rollback --stack-name ${stackName} --resources-to-skip ${failed?.LogicalResourceId ?? "<resource>"}`,
  });
}
