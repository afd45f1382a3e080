import { HandlerError, isRefusal } from "../resources/failures.ts";
import {
  changeResource,
  findResource,
  type ResourceType,
  readAttributes,
} from "../resources/resource-type.ts";
import { type Mapping, sameValue, type Value } from "../template/value.ts";
import { previousLike, resolveSecrets } from "./evaluate-properties.ts";
import { orFail, setResourceStatus } from "./events.ts";
import {
  currentProperties,
  declaredResource,
  newRecord,
  type Operation,
  resourceContext,
  typeOf,
} from "./operation.ts";
import type { ResourceRecord, Step } from "./records.ts";

/** Creates the declared resource and waits until it can be used; its record, events and reason of failure are kept. */
export async function createResource(operation: Operation, logicalId: string): Promise<void> {
  const { stack } = operation;
  const record = newRecord(operation, logicalId, declaredResource(operation, logicalId).type);
  stack.resources.set(logicalId, record);
  setResourceStatus(stack, record, "CREATE_IN_PROGRESS");
  await orFail(stack, record, "CREATE", async () => {
    record.properties = currentProperties(operation, logicalId);
    await make(operation, record);
  });
  setResourceStatus(stack, record, "CREATE_COMPLETE");
}

/** Creates the physical resource of a record whose properties are set, and reads its attributes. */
async function make(operation: Operation, record: ResourceRecord): Promise<void> {
  const { state, stack, signal } = operation;
  const type = typeOf(operation, record.type);
  const status = record.status;
  const identify = (id: string) => {
    if (record.physicalId !== undefined) return;
    record.physicalId = id;
    setResourceStatus(stack, record, status, "Resource creation Initiated");
  };
  const context = resourceContext(operation, record.logicalId, identify);
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
  const scopeOf = ({ properties }: ResourceRecord) => type.nameScope && properties[type.nameScope];
  for (const { id, resources } of operation.state.stacks.values())
    for (const other of resources.values()) {
      const same =
        other.type === record.type &&
        nameOf(type, other) === name &&
        sameValue(scopeOf(other), scopeOf(record));
      if (same && other !== record && isOwned(other))
        throw new Error(`${name} already exists in stack ${id}`);
    }
}

/** Returns whether the stack owns the physical resource of a record: created, and neither deleted nor retained. */
export function isOwned({ physicalId, status }: ResourceRecord): boolean {
  return physicalId !== undefined && status !== "DELETE_COMPLETE" && status !== "DELETE_SKIPPED";
}

/** Takes an existing resource into the stack, unchanged. */
export async function importResource(operation: Operation, logicalId: string, id: string): Promise<void> {
  const { stack } = operation;
  const record = newRecord(operation, logicalId, declaredResource(operation, logicalId).type);
  record.physicalId = id;
  stack.resources.set(logicalId, record);
  setResourceStatus(stack, record, "IMPORT_IN_PROGRESS", "Resource import started.");
  await orFail(stack, record, "IMPORT", async () => {
    const type = typeOf(operation, record.type);
    const properties = currentProperties(operation, logicalId);
    record.properties = properties;
    const context = resourceContext(operation, logicalId);
    if (!(await findResource(type, context, id, properties)))
      throw new Error(`Resource of type '${record.type}' with identifier '${id}' was not found.`);
    record.attributes = await readAttributes(type, context, id, properties);
  });
  setResourceStatus(stack, record, "IMPORT_COMPLETE", "Resource import completed.");
}

const replacing = "Requested update requires the creation of a new physical resource; hence creating one.";

/** Brings one resource to its new declaration; passes every step to `done` before it can fail. */
export async function applyResource(
  operation: Operation,
  logicalId: string,
  done: (step: Step) => void,
): Promise<void> {
  const { stack, definition } = operation;
  operation.signal.throwIfAborted();
  const record = stack.resources.get(logicalId);
  const declared = definition.resources[logicalId];
  if (!declared) return;
  if (!record) {
    const creation = createResource(operation, logicalId);
    const made = stack.resources.get(logicalId);
    if (made) done({ kind: "created", record: made, declared });
    return await creation;
  }
  const { replacement } = typeOf(operation, declared.type);
  const next = await orFail(stack, record, "UPDATE", () => currentProperties(operation, logicalId));
  const changed = changedProperties(record.properties, next);
  if (changed.length === 0) return;
  if (changed.some((name) => replacement?.includes(name))) await replace(operation, record, next, done);
  else await update(operation, record, next, done);
}

export function changedProperties(previous: Mapping, next: Mapping): string[] {
  const names = new Set([...Object.keys(previous), ...Object.keys(next)]);
  return [...names].filter((name) => !sameValue(previous[name], next[name]));
}

async function replace(
  operation: Operation,
  old: ResourceRecord,
  next: Mapping,
  done: (step: Step) => void,
): Promise<void> {
  const { stack } = operation;
  await orFail(stack, old, "UPDATE", () => refuseReplacement(operation, old, next));
  setResourceStatus(stack, old, "UPDATE_IN_PROGRESS", replacing);
  const record = newRecord(operation, old.logicalId, old.type);
  record.status = "UPDATE_IN_PROGRESS";
  record.properties = next;
  stack.resources.set(old.logicalId, record);
  done({ kind: "replaced", record, old });
  await orFail(stack, record, "UPDATE", () => make(operation, record));
  setResourceStatus(stack, record, "UPDATE_COMPLETE");
}

function refuseReplacement(operation: Operation, old: ResourceRecord, next: Mapping): void {
  const { nameProperty } = typeOf(operation, old.type);
  const name = nameProperty && next[nameProperty];
  if (nameProperty && name !== undefined && sameValue(name, old.properties[nameProperty]))
    throw new Error(
      `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`,
    );
  if (operation.stack.disableRollback)
    throw new Error("Replacement type updates not supported on stack with disable-rollback.");
}

async function update(
  operation: Operation,
  record: ResourceRecord,
  next: Mapping,
  done: (step: Step) => void,
): Promise<void> {
  const { stack } = operation;
  const step: Step = { kind: "updated", record, previous: record.properties };
  done(step);
  setResourceStatus(stack, record, "UPDATE_IN_PROGRESS");
  await orFail(stack, record, "UPDATE", () => changeInPlace(operation, record, next)).catch((error) => {
    step.refusal = (error as Error).message;
    throw error;
  });
  setResourceStatus(stack, record, "UPDATE_COMPLETE");
}

/** Calls the handler, from the record's properties to `next`. */
export async function changeInPlace(
  operation: Operation,
  record: ResourceRecord,
  next: Mapping,
): Promise<void> {
  const { logicalId, properties: previous, physicalId: id = "" } = record;
  const type = typeOf(operation, record.type);
  const context = resourceContext(operation, logicalId);
  record.properties = next;
  const resolved = await resolveSecrets(operation.state, logicalId, type, next);
  await changeResource(type, context, id, resolved, previousLike(previous, next, resolved));
  record.attributes = await readAttributes(type, context, id, resolved);
}
