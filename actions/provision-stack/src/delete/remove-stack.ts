import { DeleteStackCommand, type StackEvent } from "@aws-sdk/client-cloudformation";
import { Failure } from "../../../core/failure.ts";
import type { ProvisionContext } from "../context.ts";
import { newestEvent, stripHandler } from "../stack/events.ts";
import { followStack } from "../stack/follow-stack.ts";

interface ToRemove {
  readonly stackName: string;
  readonly stackId: string;
  readonly resources?: ReadonlySet<string>;
}

/** Deletes a stack and follows it; a Failure names everything that blocks. */
export async function removeStack(
  context: ProvisionContext,
  { stackName, stackId, resources }: ToRemove,
): Promise<readonly StackEvent[]> {
  const after = await newestEvent(context, stackId);
  await requestDeletion(context, stackName, stackId);
  const followed = await followStack(context, {
    stackName,
    stackId,
    after,
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

// The services' messages to CloudFormation, from the error lists of their API references, each with an instruction.
const known: readonly (readonly [pattern: RegExp, nextStep: string])[] = [
  [
    /RepositoryNotEmpty|repository .* (contains|still has) images|images? .* in the repository/i,
    "delete its images, or use `force: true`",
  ],
  [/BucketNotEmpty|bucket you tried to delete is not empty/i, "empty the bucket, or use `force: true`"],
  [
    /ClusterContains(Tasks|Services|ContainerInstances)|cluster cannot be deleted while/i,
    "stop the services and tasks that still run in the cluster",
  ],
  [/deletion ?protection|protected DB Instance|disableApiTermination/i, "turn its deletion protection off"],
  [
    /TerminationProtection/,
    "turn it off: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name <stack>",
  ],
  [/Export .* in use by/, "delete the stacks that import it first (list them in input stacks, too)"],
  [
    /dependent object|DependencyViolation|has dependencies and cannot be deleted/i,
    "remove the resources outside these stacks that use it: the network interfaces, instances or groups that the EC2 console shows for it",
  ],
  [
    /DeleteConflict|must detach all policies|must delete policies first|must remove roles from instance profile/i,
    "detach the policies that were attached manually",
  ],
  [/ResourceInUse|is currently in use/i, "remove the listener or rule that still uses it"],
  [
    /not authorized to perform|AccessDenied|UnauthorizedOperation/i,
    "allow the action in the policy of this job's role",
  ],
];

/** Explains why something cannot be deleted, and what to do about it where that is known. */
function explainDeletion(reason: string) {
  const [, nextStep] = known.find(([pattern]) => pattern.test(reason)) ?? [];
  return { text: stripHandler(reason), nextStep };
}
