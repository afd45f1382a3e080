import { refuseMissingValues } from "./account-values.ts";
import { applyResource, createResource, importResource } from "./create-resource.ts";
import { type Definition, unknownProperties } from "./definition.ts";
import { deleteAll, deleteResource, finishDelete, policyOfNew } from "./delete-stack.ts";
import { setResourceStatus, setStackStatus } from "./events.ts";
import { newRecord, type Operation, startOperation } from "./operation.ts";
import { reversed, runInOrder } from "./order.ts";
import type { CloudFormationState, ImportedIds, ResourceRecord, StackRecord, Step } from "./records.ts";
import { rollBackUpdate } from "./roll-back-update.ts";
import { findExport, importedNames, setOutputs } from "./scope.ts";

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

/** Brings a stack to a new definition; the outcome is in the stack's status and events, so this never rejects. */
export async function runUpdate(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
): Promise<void> {
  const previous = stack.definition;
  if (!previous) throw new Error(`stack ${stack.name} has never been created`);
  const operation = startOperation(state, stack, definition, "update");
  const before = { previous, imports: stack.imports };
  const steps: Step[] = [];
  stack.updatedAt = stack.clock.now();
  stack.definition = definition;
  stack.cancel = operation.cancel;
  setStackStatus(stack, "UPDATE_IN_PROGRESS", "User Initiated");
  try {
    await performAll(operation, "update", (id) => applyResource(operation, id, (step) => steps.push(step)));
    setOutputs(state, stack, definition);
  } catch (error) {
    await rollBackUpdate(state, stack, { ...before, steps }, (error as Error).message);
    return;
  }
  setStackStatus(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
  await cleanUp(operation, previous, steps);
  setStackStatus(stack, "UPDATE_COMPLETE");
}

/**
 * Removes the old resources of the update. Those that cannot be deleted are reported as events; the update stays
 * complete, as on AWS.
 */
async function cleanUp(operation: Operation, previous: Definition, steps: readonly Step[]): Promise<void> {
  const { stack, definition } = operation;
  const leftover = new Map<
    string,
    readonly [ResourceRecord, Definition, "deletionPolicy" | "updateReplacePolicy"]
  >();
  for (const [id, record] of stack.resources)
    if (!definition.resources[id]) leftover.set(id, [record, previous, "deletionPolicy"]);
  for (const step of steps)
    if (step.kind === "replaced")
      leftover.set(step.record.logicalId, [step.old, definition, "updateReplacePolicy"]);

  const order = reversed(previous.dependencies);
  const users = new Map([...leftover.keys()].map((id) => [id, order.get(id) ?? new Set<string>()]));
  await runInOrder(users, async (id) => {
    const entry = leftover.get(id);
    if (!entry) return;
    const [record, { resources }, policy] = entry;
    await deleteResource(operation, record, resources[id]?.[policy] ?? "Delete");
  });
  for (const id of leftover.keys()) if (!definition.resources[id]) stack.resources.delete(id);
}

/** Takes existing resources into the stack, unchanged; never rejects. A rollback leaves them as they are. */
export async function runImport(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  ids: ImportedIds,
): Promise<void> {
  const operation = startOperation(state, stack, definition, "update");
  const { definition: previous, imports } = stack;
  stack.definition = definition;
  setStackStatus(stack, "IMPORT_IN_PROGRESS", "User Initiated");
  try {
    await performAll(operation, "import", async (logicalId) => {
      const id = ids.get(logicalId);
      if (id !== undefined) await importResource(operation, logicalId, id);
    });
    setStackStatus(stack, "IMPORT_COMPLETE");
  } catch (error) {
    setStackStatus(stack, "IMPORT_ROLLBACK_IN_PROGRESS", (error as Error).message);
    for (const logicalId of ids.keys()) stack.resources.delete(logicalId);
    stack.definition = previous ?? definition;
    stack.imports = imports;
    setStackStatus(stack, "IMPORT_ROLLBACK_COMPLETE");
  }
}

/** Fails each resource that has an unknown property, before any is provisioned. Recorded: the stack's sentence. */
function refuseUnknownProperties(operation: Operation): void {
  const { state, stack, definition } = operation;
  const unknown = unknownProperties(state.types, definition);
  if (unknown.size === 0) return;
  for (const [id, sentence] of unknown) {
    const existing = stack.resources.get(id);
    const record = existing ?? newRecord(operation, id, definition.resources[id]?.type ?? "");
    // An event alone: the resource itself stays as it is.
    setResourceStatus(stack, { ...record }, existing ? "UPDATE_FAILED" : "CREATE_FAILED", sentence);
  }
  throw new Error(`Validation failed for following resources: [${[...unknown.keys()].join(", ")}].`);
}

/** Performs every resource in order. Rejects with the names of those that fail. */
async function performAll(
  operation: Operation,
  verb: "create" | "import" | "update",
  perform: (logicalId: string) => Promise<void>,
): Promise<void> {
  const { state, stack, definition } = operation;
  await refuseMissingValues(state, definition);
  refuseUnknownProperties(operation);
  // Recorded before anything is created, so that the exports cannot be removed.
  const names = importedNames(state, stack, definition);
  for (const name of names) if (!findExport(state, name)) throw new Error(`No export named ${name} found.`);
  stack.imports = names;
  const failed = await runInOrder(definition.dependencies, perform, operation.cancel);
  if (failed.length > 0)
    throw new Error(`The following resource(s) failed to ${verb}: [${failed.join(", ")}].`);
  operation.signal.throwIfAborted();
}
