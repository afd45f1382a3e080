import type { Definition } from "./definition.ts";
import { deleteResource } from "./delete-stack.ts";
import { setStackStatus } from "./events.ts";
import { type Operation, performAll, startOperation } from "./operation.ts";
import { reversed, runInOrder } from "./order.ts";
import { setOutputs } from "./outputs.ts";
import type { CloudFormationState, ResourceRecord, StackRecord, Step } from "./records.ts";
import { rollBackUpdate } from "./roll-back-update.ts";
import { applyResource } from "./update-resource.ts";

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
