import { failureReason, ignoreMissing } from "../resources/failures.ts";
import type { DeletionPolicy, ResourceDeclaration } from "../template/template.ts";
import { setResourceStatus, setStackStatus } from "./events.ts";
import { type Operation, resourceContext, startOperation, typeOf } from "./operation.ts";
import { reversed, runInOrder } from "./order.ts";
import type { CloudFormationState, ResourceRecord, StackRecord } from "./records.ts";

/** Deletes every resource, after those that use it; the outcome is in the stack's status and events. */
export async function runDelete(
  state: CloudFormationState,
  stack: StackRecord,
  retained: readonly string[],
): Promise<void> {
  setStackStatus(state.environment.clock, stack, "DELETE_IN_PROGRESS", "User Initiated");
  await finishDelete(state, stack, retained);
}

/** As `runDelete`, for a stack that is in DELETE_IN_PROGRESS already. */
export async function finishDelete(
  state: CloudFormationState,
  stack: StackRecord,
  retained: readonly string[],
): Promise<void> {
  const { clock } = state.environment;
  if (stack.definition) {
    const { resources } = stack.definition;
    const operation = startOperation(state, stack, stack.definition);
    const policy = (id: string) =>
      retained.includes(id) ? "Retain" : (resources[id]?.deletionPolicy ?? "Delete");
    const failed = await deleteAll(operation, policy);
    if (failed.length > 0) {
      const reason = `The following resource(s) failed to delete: [${failed.join(", ")}]. `;
      setStackStatus(clock, stack, "DELETE_FAILED", reason);
      return;
    }
  }
  stack.imports = new Set();
  stack.outputs = [];
  stack.deletedAt = clock.now();
  setStackStatus(clock, stack, "DELETE_COMPLETE");
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
  const { state, stack, clock, signal } = operation;
  if (record.physicalId === undefined) {
    setResourceStatus(clock, stack, record, "DELETE_COMPLETE");
    return;
  }
  if (policy === "Retain" || policy === "RetainExceptOnCreate") {
    setResourceStatus(clock, stack, record, "DELETE_SKIPPED");
    return;
  }
  setResourceStatus(clock, stack, record, "DELETE_IN_PROGRESS");
  const type = typeOf(operation, record.type);
  const context = resourceContext(state, stack, record.logicalId, signal);
  const { physicalId: id, properties } = record;
  try {
    if (policy === "Snapshot") await type.snapshot?.(context, id);
    await ignoreMissing(() => type.delete(context, id, properties));
  } catch (error) {
    setResourceStatus(clock, stack, record, "DELETE_FAILED", failureReason(error));
    throw error;
  }
  setResourceStatus(clock, stack, record, "DELETE_COMPLETE");
}
