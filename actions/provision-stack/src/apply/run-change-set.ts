import { CancelUpdateStackCommand, DeleteStackCommand } from "@aws-sdk/client-cloudformation";
import { explainAwsError } from "../../../core/aws-errors.ts";
import type { ProvisionContext } from "../context.ts";
import type { ProvisionInputs } from "../inputs.ts";
import { type ChangeSet, executeChangeSet } from "../stack/change-set.ts";
import { newestEvent } from "../stack/events.ts";
import { type Followed, followStack } from "../stack/follow-stack.ts";

export interface RunOptions extends Pick<ProvisionInputs, "onFailure" | "onCancel"> {
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
}

/** Executes a change set and follows the stack to its end. */
export async function runChangeSet(
  context: ProvisionContext,
  stackName: string,
  changeSet: ChangeSet,
  { deadlineAt, onFailure, onCancel }: RunOptions,
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
  { changes, type }: ChangeSet,
  onFailure: ProvisionInputs["onFailure"],
): boolean {
  if (onFailure === "rollback" || type === "IMPORT") return false;
  const replaced = changes.filter(({ Replacement }) => Replacement && Replacement !== "False");
  if (replaced.length === 0) return true;
  const names = replaced.map(({ LogicalResourceId }) => LogicalResourceId).join(", ");
  context.log.warning(
    `${stackName}: on-failure: keep is not possible because ${names} may be replaced; a failure is rolled back.`,
  );
  return false;
}

/**
 * Gives up an operation that nobody will follow any more: CloudFormation rolls back an update and deletes a creation.
 * Returns the result as the end of a sentence about the operation.
 */
export async function giveUp(
  context: Pick<ProvisionContext, "cloudformation">,
  { stackId, type }: Pick<ChangeSet, "stackId" | "type">,
  onCancel: ProvisionInputs["onCancel"],
): Promise<string> {
  const asSaid = `(on-cancel: ${onCancel})`;
  if (type === "IMPORT") return "continues in AWS: an import cannot be cancelled, and changes no resource";
  if (onCancel === "leave") return `continues in AWS ${asSaid}`;
  try {
    if (type === "UPDATE") {
      await context.cloudformation.send(new CancelUpdateStackCommand({ StackName: stackId }));
      return `was cancelled; CloudFormation rolls it back ${asSaid}`;
    }
    await context.cloudformation.send(new DeleteStackCommand({ StackName: stackId }));
    return `was cancelled; CloudFormation deletes the new stack ${asSaid}`;
  } catch (error) {
    const why = explainAwsError(error)?.message ?? (error as Error).message;
    return `could no longer be cancelled and continues in AWS: ${why}`;
  }
}
