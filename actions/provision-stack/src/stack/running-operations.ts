import {
  CancelUpdateStackCommand,
  type CloudFormationClient,
  DeleteStackCommand,
} from "@aws-sdk/client-cloudformation";
import { explainAwsError } from "../../../core/aws-errors.ts";
import { createPostState } from "../../../core/post-state.ts";

/** State that the post step needs about the step's running operations in AWS. */
export const operationsLeft = createPostState<readonly RunningOperation[]>("operations");

/** An operation in progress in AWS, as the post step needs it after a cancellation. */
export interface RunningOperation {
  readonly stackName: string;
  readonly stackId: string;
  readonly type: "CREATE" | "UPDATE" | "IMPORT";
}

/** Keeps the running operations for the post step; `save` gets all of them, whenever one changes. */
export function trackOperations(save: (operations: readonly RunningOperation[]) => void) {
  const operations = new Map<string, RunningOperation>();
  const saveAll = () => save([...operations.values()]);
  return {
    begin(operation: RunningOperation) {
      operations.set(operation.stackId, operation);
      saveAll();
    },
    /** Ends with the operation, or once the step has given it up. */
    end(stackId: string) {
      operations.delete(stackId);
      saveAll();
    },
  };
}

/**
 * Gives up an operation that is no longer followed: CloudFormation rolls back an update and deletes a creation.
 * Returns the result as the end of a sentence about the operation.
 */
export async function giveUp(
  cloudformation: CloudFormationClient,
  { stackId: StackName, type }: Pick<RunningOperation, "stackId" | "type">,
): Promise<string> {
  if (type === "IMPORT") return "continues in AWS: an import cannot be cancelled, and changes no resource";
  try {
    if (type === "UPDATE") {
      await cloudformation.send(new CancelUpdateStackCommand({ StackName }));
      return "was cancelled; CloudFormation rolls it back";
    }
    await cloudformation.send(new DeleteStackCommand({ StackName }));
    return "was cancelled; CloudFormation deletes the new stack";
  } catch (error) {
    const why = explainAwsError(error)?.message ?? (error as Error).message;
    return `could no longer be cancelled and continues in AWS: ${why}`;
  }
}
