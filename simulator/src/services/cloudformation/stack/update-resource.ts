import { changeResource, readAttributes } from "../resources/resource-type.ts";
import { type Mapping, sameValue } from "../template/value.ts";
import { createResource, make } from "./create-resource.ts";
import { previousBeside, resolveSecrets } from "./evaluate-properties.ts";
import { orFail, setResourceStatus } from "./events.ts";
import { currentProperties, newRecord, type Operation, resourceContext, typeOf } from "./operation.ts";
import type { ResourceRecord, Step } from "./records.ts";

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
  await changeResource(type, context, id, resolved, previousBeside(previous, next, resolved));
  record.attributes = await readAttributes(type, context, id, resolved);
}
