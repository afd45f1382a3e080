import { failureReason, HandlerError, isRefusal } from "../resources/failures.ts";
import { type ResourceType, readAttributes } from "../resources/resource-type.ts";
import { sameValue, type Value } from "../template/value.ts";
import { evaluateProperties, resolveSecrets } from "./evaluate-properties.ts";
import { setResourceStatus } from "./events.ts";
import { newRecord, type Operation, resourceContext, typeOf } from "./operation.ts";
import type { ResourceRecord } from "./records.ts";
import { stackScope } from "./scope.ts";

/** Creates the declared resource and waits until it can be used; its record, events and reason of failure are kept. */
export async function createResource(operation: Operation, logicalId: string): Promise<void> {
  const { stack, definition, clock } = operation;
  const declared = definition.resources[logicalId];
  if (!declared) throw new Error(`resource ${logicalId} is not declared`);
  const record = newRecord(operation, logicalId, declared.type);
  stack.resources.set(logicalId, record);
  setResourceStatus(clock, stack, record, "CREATE_IN_PROGRESS");
  try {
    const type = typeOf(operation, declared.type);
    const scope = stackScope(operation.state, stack, definition);
    record.properties = evaluateProperties(logicalId, declared, type, scope, definition.tags);
    await make(operation, record);
  } catch (error) {
    setResourceStatus(clock, stack, record, "CREATE_FAILED", failureReason(error));
    throw error;
  }
  setResourceStatus(clock, stack, record, "CREATE_COMPLETE");
}

/** Creates the physical resource of a record whose properties are set, and reads its attributes. */
export async function make(operation: Operation, record: ResourceRecord): Promise<void> {
  const { state, stack, signal, clock } = operation;
  const type = typeOf(operation, record.type);
  const status = record.status;
  const identify = (id: string) => {
    if (record.physicalId !== undefined) return;
    record.physicalId = id;
    setResourceStatus(clock, stack, record, status, "Resource creation Initiated");
  };
  const context = resourceContext(state, stack, record.logicalId, signal, identify);
  signal.throwIfAborted();
  refuseOwnedName(operation, record);
  const properties = await resolveSecrets(state, record.logicalId, type, record.properties);
  const id = await type.create(context, properties).catch((error: unknown) => {
    const name = nameOf(type, record);
    if (name === undefined || !isRefusal(error, "AlreadyExists")) throw error;
    const words = `Resource of type '${record.type}' with identifier '${name}' already exists.`;
    throw new HandlerError(words, "AlreadyExists");
  });
  if (id === undefined) throw new Error(`the service returned no ${record.type}`);
  identify(id);
  await type.stabilize?.(context, id, properties);
  record.attributes = await readAttributes(type, context, id, properties);
}

function nameOf({ nameProperty }: ResourceType, { properties }: ResourceRecord): Value | undefined {
  return nameProperty && properties[nameProperty];
}

/** A name in the template may belong to another stack, or to another resource of this one. */
function refuseOwnedName(operation: Operation, record: ResourceRecord): void {
  const type = typeOf(operation, record.type);
  const name = nameOf(type, record);
  if (name === undefined) return;
  const { nameScope } = type;
  for (const { id, resources } of operation.state.stacks.values())
    for (const other of resources.values()) {
      const same =
        other.type === record.type &&
        nameOf(type, other) === name &&
        (nameScope === undefined || sameValue(other.properties[nameScope], record.properties[nameScope]));
      if (same && other !== record && isThere(other))
        throw new Error(`${name} already exists in stack ${id}`);
    }
}

/** Returns whether the stack owns the physical resource of a record: created, and neither deleted nor retained. */
function isThere({ physicalId, status }: ResourceRecord): boolean {
  return physicalId !== undefined && status !== "DELETE_COMPLETE" && status !== "DELETE_SKIPPED";
}
