import type { DeletionPolicy, ResourceDeclaration } from "../template/template.ts";
import { setResourceStatus } from "./events.ts";
import { failureReason } from "./failure-reason.ts";
import { type Operation, typeOf } from "./operation.ts";
import type { ResourceRecord, StackRecord } from "./records.ts";
import { resourceContext } from "./resource-context.ts";

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
  try {
    if (policy === "Snapshot") await type.snapshot?.(context, record.physicalId);
    await type.delete(context, record.physicalId, record.properties);
  } catch (error) {
    setResourceStatus(clock, stack, record, "DELETE_FAILED", failureReason(error));
    throw error;
  }
  setResourceStatus(clock, stack, record, "DELETE_COMPLETE");
}
