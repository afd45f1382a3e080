import { DeleteStackCommand, type StackEvent } from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../shared/cloudformation/dependencies.ts";
import { Failure } from "../../shared/failure.ts";
import { followStack, newestEvent } from "./follow-stack.ts";
import type { StackResult } from "./result.ts";
import { describeStack } from "./stack.ts";
import type { World } from "./world.ts";

export async function deleteStack(
  world: World,
  { stackName }: PlannedStack,
  result: StackResult,
  deadlineAt: number,
): Promise<void> {
  const stack = await describeStack(world, stackName);
  if (!stack?.StackId) {
    world.log.info(`${stackName}: there is none.`);
    result.outcome = "absent";
    return;
  }
  result.outcome = "failed";
  result.events = await removeStack(world, stackName, stack.StackId, deadlineAt);
  result.outcome = "deleted";
}

/** Deletes and follows; a Failure names everything that blocks. */
export async function removeStack(
  world: World,
  stackName: string,
  stackId: string,
  deadlineAt: number,
): Promise<readonly StackEvent[]> {
  const after = await newestEvent(world, stackId);
  await requestDeletion(world, stackName, stackId);
  const followed = await followStack(world, { stackName, stackId, after, deadlineAt });
  if (followed.status === "DELETE_COMPLETE") return followed.events;
  const reasons = followed.events
    .filter(
      ({ ResourceStatus, ResourceType }) =>
        ResourceStatus === "DELETE_FAILED" && ResourceType !== "AWS::CloudFormation::Stack",
    )
    .map(({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`);
  const reason = reasons.join("; ") || followed.statusReason || "no reason given";
  throw blocked(stackName, `${reason.replace(/\.$/, "")} (the stack is ${followed.status})`);
}

/** An export in use, or termination protection, is refused at once; everything else shows in the events. */
async function requestDeletion(world: World, stackName: string, stackId: string): Promise<void> {
  try {
    await world.cloudformation.send(new DeleteStackCommand({ StackName: stackId }));
  } catch (error) {
    if ((error as Error).name !== "ValidationError") throw error;
    throw blocked(stackName, (error as Error).message, error);
  }
}

function blocked(stackName: string, reason: string, cause?: unknown): Failure {
  return new Failure(`Stack ${stackName} cannot be deleted: ${reason}`, {
    nextStep: "remove what blocks it, then run the job again.",
    cause,
  });
}
