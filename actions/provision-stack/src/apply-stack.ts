import type { Stack } from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../shared/cloudformation/dependencies.ts";
import { Failure } from "../../shared/failure.ts";
import { createChangeSet, executeChangeSet } from "./change-set.ts";
import { removeStack } from "./delete-stack.ts";
import { firstFailure, followStack, newestEvent } from "./follow-stack.ts";
import type { StackResult } from "./result.ts";
import { describeStack } from "./stack.ts";
import type { World } from "./world.ts";

/** Statuses in which CloudFormation takes nothing but a deletion: the creation failed and left nothing of use. */
const onlyDeletable = ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"];

/** Brings a stack to what template and parameters say, through a change set. */
export async function applyStack(
  world: World,
  planned: PlannedStack,
  result: StackResult,
  deadlineAt: number,
): Promise<void> {
  const existing = await settledStack(world, planned.stackName, deadlineAt);
  const usable = await recover(world, planned.stackName, existing, deadlineAt);
  const changeSet = await createChangeSet(world, planned, usable ? "UPDATE" : "CREATE", deadlineAt);
  if (changeSet.changes.length === 0) {
    world.log.info(`${planned.stackName}: no change.`);
    result.outcome = "unchanged";
    return;
  }
  world.log.info(
    `${planned.stackName}: ${changeSet.changes.length} changes\n  ${changeSet.changes.join("\n  ")}`,
  );
  const after = await newestEvent(world, changeSet.stackId);
  await executeChangeSet(world, changeSet);
  result.outcome = "failed";
  const { stackName } = planned;
  const followed = await followStack(world, { stackName, stackId: changeSet.stackId, after, deadlineAt });
  result.events = followed.events;
  if (["CREATE_COMPLETE", "UPDATE_COMPLETE"].includes(followed.status)) {
    result.outcome = usable ? "updated" : "created";
    return;
  }
  const failed = firstFailure(followed.events);
  const reason = failed
    ? `${failed.LogicalResourceId} (${failed.ResourceType}) failed: ${failed.ResourceStatusReason}`
    : (followed.statusReason ?? "no reason given");
  throw new Failure(`Stack ${stackName}: ${reason.replace(/\.$/, "")} (the stack is ${followed.status})`, {
    nextStep: `correct ${planned.template.file} or its parameters and run the job again.`,
  });
}

/** The stack once no other operation is at work on it. */
async function settledStack(world: World, stackName: string, deadlineAt: number): Promise<Stack | undefined> {
  const stack = await describeStack(world, stackName);
  const status = stack?.StackStatus ?? "";
  if (!stack?.StackId || !status.endsWith("_IN_PROGRESS") || status === "REVIEW_IN_PROGRESS") return stack;
  world.log.info(`${stackName}: waiting, as it is ${status}.`);
  const after = await newestEvent(world, stack.StackId);
  await followStack(world, { stackName, stackId: stack.StackId, after, deadlineAt });
  return describeStack(world, stackName);
}

/** True when the stack can be updated; one that only failed to be created is deleted first. */
async function recover(
  world: World,
  stackName: string,
  stack: Stack | undefined,
  deadlineAt: number,
): Promise<boolean> {
  const status = stack?.StackStatus;
  if (!status || status === "REVIEW_IN_PROGRESS" || status === "DELETE_COMPLETE") return false;
  if (status === "UPDATE_ROLLBACK_FAILED")
    throw new Failure(`Stack ${stackName} is UPDATE_ROLLBACK_FAILED: ${stack.StackStatusReason}`, {
      nextStep: `mend the resource, then run "aws cloudformation continue-update-rollback --stack-name ${stackName}".`,
    });
  if (!onlyDeletable.includes(status)) return true;
  world.log.warning(`${stackName} is ${status} from an earlier failure; deleting it first.`);
  await removeStack(world, stackName, stack.StackId ?? stackName, deadlineAt);
  return false;
}
