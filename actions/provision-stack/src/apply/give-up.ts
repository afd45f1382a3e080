import { CancelUpdateStackCommand, DeleteStackCommand } from "@aws-sdk/client-cloudformation";
import { explainAwsError } from "../../../shared/aws-errors.ts";
import type { ProvisionContext } from "../context.ts";
import type { ProvisionInputs } from "../inputs.ts";
import type { ChangeSet } from "../stack/change-set.ts";

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
