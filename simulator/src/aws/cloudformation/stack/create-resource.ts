import { evaluateProperties } from "./evaluate-properties.ts";
import { setResourceStatus } from "./events.ts";
import { failureReason, newRecord, type Operation, typeOf } from "./operation.ts";
import type { ResourceRecord } from "./records.ts";
import { resourceContext } from "./resource-context.ts";
import { stackScope } from "./scope.ts";

/** Makes the declared resource and waits until it can be used; its record, events and reason of failure are kept. */
export async function createResource(operation: Operation, logicalId: string): Promise<void> {
  const { stack, definition, clock } = operation;
  const declared = definition.resources[logicalId];
  if (!declared) throw new Error(`resource ${logicalId} is not declared`);
  const record = newRecord(operation, logicalId, declared.type);
  stack.resources.set(logicalId, record);
  setResourceStatus(clock, stack, record, "CREATE_IN_PROGRESS");
  try {
    const type = typeOf(operation, declared.type);
    const scope = stackScope(operation.world, stack, definition);
    record.properties = evaluateProperties(logicalId, declared, type, scope, definition.tags);
    await make(operation, record);
  } catch (error) {
    setResourceStatus(clock, stack, record, "CREATE_FAILED", failureReason(error, "GeneralServiceException"));
    throw error;
  }
  setResourceStatus(clock, stack, record, "CREATE_COMPLETE");
}

/** Makes the physical resource of a record whose properties are set, and reads its attributes. */
export async function make(operation: Operation, record: ResourceRecord): Promise<void> {
  const { world, stack, signal, clock } = operation;
  const type = typeOf(operation, record.type);
  const status = record.status;
  const identify = (id: string) => {
    if (record.physicalId !== undefined) return;
    record.physicalId = id;
    setResourceStatus(clock, stack, record, status, "Resource creation Initiated");
  };
  const context = resourceContext(world, stack, record.logicalId, signal, identify);
  signal.throwIfAborted();
  const id = await type.create(context, record.properties);
  identify(id);
  await type.stabilize?.(context, id, record.properties);
  record.attributes = (await type.readAttributes?.(context, id, record.properties)) ?? {};
}
