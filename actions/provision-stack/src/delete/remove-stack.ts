import { DeleteStackCommand, type StackEvent } from "@aws-sdk/client-cloudformation";
import { Failure } from "../../../shared/failure.ts";
import type { ProvisionContext } from "../context.ts";
import { newestEvent } from "../stack/events.ts";
import { followStack } from "../stack/follow-stack.ts";
import { explainDeletion } from "./explain-deletion.ts";

export interface ToRemove {
  readonly stackName: string;
  readonly stackId: string;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  readonly resources?: ReadonlySet<string>;
}

/** Deletes a stack and follows it; a Failure names everything that blocks. */
export async function removeStack(
  context: ProvisionContext,
  { stackName, stackId, deadlineAt, resources }: ToRemove,
): Promise<readonly StackEvent[]> {
  const after = await newestEvent(context, stackId);
  await requestDeletion(context, stackName, stackId);
  const followed = await followStack(context, {
    stackName,
    stackId,
    after,
    deadlineAt,
    ...(resources && { resources }),
  });
  if (followed.status === "DELETE_COMPLETE") return followed.events;
  const failed = followed.events.filter(
    ({ ResourceStatus, LogicalResourceId }) =>
      ResourceStatus === "DELETE_FAILED" && LogicalResourceId !== stackName,
  );
  const found = failed.map(({ LogicalResourceId = "", ResourceStatusReason = "" }) => ({
    logicalId: LogicalResourceId,
    ...explainDeletion(ResourceStatusReason),
  }));
  const reason = found.map(({ logicalId, text }) => `${logicalId}: ${text}`).join("; ");
  const steps = [...new Set(found.flatMap(({ nextStep }) => nextStep ?? []))];
  throw blocked(
    stackName,
    `${reason || followed.statusReason || "no reason given"} (the stack is ${followed.status})`,
    steps,
  );
}

/** An export in use, or termination protection, is refused at once; everything else appears in the events. */
async function requestDeletion(context: ProvisionContext, stackName: string, stackId: string): Promise<void> {
  try {
    await context.cloudformation.send(new DeleteStackCommand({ StackName: stackId }));
  } catch (error) {
    if ((error as Error).name !== "ValidationError") throw error;
    const { text, nextStep } = explainDeletion((error as Error).message);
    throw blocked(stackName, text, nextStep ? [nextStep] : [], error);
  }
}

function blocked(stackName: string, reason: string, steps: readonly string[], cause?: unknown): Failure {
  const fix = steps.length > 0 ? steps.join("; ") : "remove the cause";
  return new Failure(`Stack ${stackName} cannot be deleted: ${reason}`, {
    nextStep: `${fix}, then run the job again.`,
    cause,
  });
}
