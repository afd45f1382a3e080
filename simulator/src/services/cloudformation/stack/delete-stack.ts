import { ignoreMissing } from "../resources/failures.ts";
import type { DeletionPolicy, ResourceDeclaration } from "../template/template.ts";
import { orFail, setResourceStatus, setStackStatus } from "./events.ts";
import { type Operation, resourceContext, startOperation, typeOf } from "./operation.ts";
import { reversed, runInOrder } from "./order.ts";
import type { CloudFormationState, ResourceRecord, StackRecord } from "./records.ts";

/** Deletes every resource, after those that use it; the outcome is in the stack's status and events. */
export async function runDelete(
  state: CloudFormationState,
  stack: StackRecord,
  retained: readonly string[],
): Promise<void> {
  setStackStatus(stack, "DELETE_IN_PROGRESS", "User Initiated");
  await finishDelete(state, stack, retained);
}

/** As `runDelete`, for a stack that is in DELETE_IN_PROGRESS already. */
export async function finishDelete(
  state: CloudFormationState,
  stack: StackRecord,
  retained: readonly string[],
): Promise<void> {
  const { definition } = stack;
  const failed = definition
    ? await deleteAll(startOperation(state, stack, definition), (id) =>
        retained.includes(id) ? "Retain" : (definition.resources[id]?.deletionPolicy ?? "Delete"),
      )
    : [];
  if (failed.length > 0) {
    const reason = `The following resource(s) failed to delete: [${failed.join(", ")}]. `;
    setStackStatus(stack, "DELETE_FAILED", reason);
    return;
  }
  stack.imports = new Set();
  stack.outputs = [];
  stack.deletedAt = stack.clock.now();
  setStackStatus(stack, "DELETE_COMPLETE");
}

/** Deletes the stack's resources in the reverse order of creation; resolves with the ids that could not be deleted. */
export async function deleteAll(
  operation: Operation,
  policy: (logicalId: string) => DeletionPolicy,
): Promise<string[]> {
  const { stack, definition } = operation;
  const left = [...stack.resources.values()].filter(
    ({ status }) => status !== "DELETE_COMPLETE" && status !== "DELETE_SKIPPED",
  );
  const order = reversed(definition.dependencies);
  const users = new Map(left.map(({ logicalId }) => [logicalId, order.get(logicalId) ?? new Set<string>()]));
  return await runInOrder(users, async (id) => {
    const record = stack.resources.get(id);
    if (record) await deleteResource(operation, record, policy(id));
  });
}

/**
 * Returns the policy for a resource when the operation that created it is rolled back. It holds no data yet: a snapshot
 * would be useless.
 */
export function policyOfNew(
  { retainExceptOnCreate }: StackRecord,
  declared: ResourceDeclaration | undefined,
): DeletionPolicy {
  return declared?.deletionPolicy === "Retain" && !retainExceptOnCreate ? "Retain" : "Delete";
}

/** Removes or keeps the physical resource of a record, by the policy; throws when the service refuses. */
export async function deleteResource(
  operation: Operation,
  record: ResourceRecord,
  policy: DeletionPolicy,
): Promise<void> {
  const { stack } = operation;
  const { physicalId: id, properties } = record;
  if (id === undefined) {
    setResourceStatus(stack, record, "DELETE_COMPLETE");
    return;
  }
  if (policy === "Retain" || policy === "RetainExceptOnCreate") {
    setResourceStatus(stack, record, "DELETE_SKIPPED");
    return;
  }
  setResourceStatus(stack, record, "DELETE_IN_PROGRESS");
  const type = typeOf(operation, record.type);
  const context = resourceContext(operation, record.logicalId);
  await orFail(stack, record, "DELETE", async () => {
    if (policy === "Snapshot") await type.snapshot?.(context, id);
    await ignoreMissing(() => type.delete(context, id, properties));
  });
  setResourceStatus(stack, record, "DELETE_COMPLETE");
}
