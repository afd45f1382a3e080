import { createResource } from "./create-resource.ts";
import type { Definition } from "./definition.ts";
import { deleteAll, finishDelete, policyOfNew } from "./delete-stack.ts";
import { setStackStatus } from "./events.ts";
import { type Operation, performAll, startOperation } from "./operation.ts";
import { setOutputs } from "./outputs.ts";
import type { CloudFormationState, StackRecord } from "./records.ts";

/** Creates every resource; the outcome is in the stack's status and events, so this never rejects. */
export async function runCreate(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
): Promise<void> {
  const operation = startOperation(state, stack, definition);
  stack.definition = definition;
  stack.cancel = operation.cancel;
  setStackStatus(stack, "CREATE_IN_PROGRESS", "User Initiated");
  try {
    await performAll(operation, "create", (id) => createResource(operation, id));
    setOutputs(state, stack, definition);
    setStackStatus(stack, "CREATE_COMPLETE");
  } catch (error) {
    const { message } = error as Error;
    if (stack.disableRollback || state.signal.aborted) setStackStatus(stack, "CREATE_FAILED", message);
    // DeleteStack came while the creation ran.
    else if (stack.status === "DELETE_IN_PROGRESS") await finishDelete(state, stack, []);
    else await rollBackCreation(operation, `${message} Rollback requested by user.`);
  }
}

/** Removes the resources of a creation. */
export async function rollBackCreation({ state, stack, definition }: Operation, reason: string) {
  setStackStatus(stack, "ROLLBACK_IN_PROGRESS", reason);
  // Resources of a failed creation hold no data yet: a snapshot would be useless.
  const policy = (id: string) => policyOfNew(stack, definition.resources[id]);
  const failed = await deleteAll(startOperation(state, stack, definition), policy);
  stack.imports = new Set();
  setStackStatus(stack, failed.length === 0 ? "ROLLBACK_COMPLETE" : "ROLLBACK_FAILED");
}
