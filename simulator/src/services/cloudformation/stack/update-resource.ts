import { failureReason } from "../resources/failures.ts";
import { changeResource, readAttributes } from "../resources/resource-type.ts";
import { type Mapping, sameValue } from "../template/value.ts";
import { createResource, make } from "./create-resource.ts";
import { evaluateProperties, previousBeside, resolveSecrets } from "./evaluate-properties.ts";
import { setResourceStatus } from "./events.ts";
import { newRecord, type Operation, resourceContext, typeOf } from "./operation.ts";
import type { ResourceRecord, Step } from "./records.ts";
import { stackScope } from "./scope.ts";

const replacing = "Requested update requires the creation of a new physical resource; hence creating one.";

/** Brings one resource to its new declaration; passes every step to `done` before it can fail. */
export async function applyResource(
  operation: Operation,
  logicalId: string,
  done: (step: Step) => void,
): Promise<void> {
  const { state, stack, definition } = operation;
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
  const type = typeOf(operation, declared.type);
  const next = await evaluateOrFail(operation, record, () =>
    evaluateProperties(logicalId, declared, type, stackScope(state, stack, definition), definition.tags),
  );
  const changed = changedProperties(record.properties, next);
  if (changed.length === 0) return;
  if (changed.some((name) => type.replacement?.includes(name))) await replace(operation, record, next, done);
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
  const { stack, clock } = operation;
  const refusal = whyNotReplaced(operation, old, next);
  if (refusal) {
    setResourceStatus(clock, stack, old, "UPDATE_FAILED", refusal);
    throw new Error(refusal);
  }
  setResourceStatus(clock, stack, old, "UPDATE_IN_PROGRESS", replacing);
  const record = newRecord(operation, old.logicalId, old.type);
  record.status = "UPDATE_IN_PROGRESS";
  record.properties = next;
  stack.resources.set(old.logicalId, record);
  done({ kind: "replaced", record, old });
  await evaluateOrFail(operation, record, () => make(operation, record));
  setResourceStatus(clock, stack, record, "UPDATE_COMPLETE");
}

function whyNotReplaced(operation: Operation, old: ResourceRecord, next: Mapping): string | undefined {
  const { nameProperty } = typeOf(operation, old.type);
  const name = nameProperty && next[nameProperty];
  if (nameProperty && name !== undefined && sameValue(name, old.properties[nameProperty]))
    return `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`;
  return operation.stack.disableRollback
    ? "Replacement type updates not supported on stack with disable-rollback."
    : undefined;
}

async function update(
  operation: Operation,
  record: ResourceRecord,
  next: Mapping,
  done: (step: Step) => void,
): Promise<void> {
  const { stack, clock } = operation;
  const step: Step = { kind: "updated", record, previous: record.properties };
  done(step);
  setResourceStatus(clock, stack, record, "UPDATE_IN_PROGRESS");
  try {
    await changeInPlace(operation, record, next);
  } catch (error) {
    step.refusal = (error as Error).message;
    setResourceStatus(clock, stack, record, "UPDATE_FAILED", failureReason(error));
    throw error;
  }
  setResourceStatus(clock, stack, record, "UPDATE_COMPLETE");
}

/** Calls the handler, from the record's properties to `next`. */
export async function changeInPlace(
  operation: Operation,
  record: ResourceRecord,
  next: Mapping,
): Promise<void> {
  const { state, stack, signal } = operation;
  const { logicalId } = record;
  const type = typeOf(operation, record.type);
  const context = resourceContext(state, stack, logicalId, signal);
  const id = record.physicalId ?? "";
  const previous = record.properties;
  record.properties = next;
  const resolved = await resolveSecrets(state, logicalId, type, next);
  await changeResource(type, context, id, resolved, previousBeside(previous, next, resolved));
  record.attributes = await readAttributes(type, context, id, resolved);
}

async function evaluateOrFail<T>(
  { stack, clock }: Operation,
  record: ResourceRecord,
  action: () => T | Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    setResourceStatus(clock, stack, record, "UPDATE_FAILED", failureReason(error));
    throw error;
  }
}
