import { failureReason } from "../resources/failures.ts";
import { changeInPlace } from "./create-resource.ts";
import { deleteResource, policyOfNew } from "./delete-stack.ts";
import { setResourceStatus, setStackStatus } from "./events.ts";
import { type Operation, startOperation } from "./operation.ts";
import type { BeforeUpdate, CloudFormationState, StackRecord, Step } from "./records.ts";

/** Rolls back the steps of a failed update, last first, unless the stack's rollback is disabled. */
export async function rollBackUpdate(
  state: CloudFormationState,
  stack: StackRecord,
  before: BeforeUpdate,
  reason: string,
): Promise<void> {
  if (stack.disableRollback || state.signal.aborted) {
    stack.unfinished = before;
    setStackStatus(stack, "UPDATE_FAILED", reason);
    return;
  }
  await takeUpdateBack(state, stack, before, { reason });
}

/** Like `rollBackUpdate`, even if the stack's rollback is disabled; the resources to skip do not change. */
export async function takeUpdateBack(
  state: CloudFormationState,
  stack: StackRecord,
  { previous, imports, steps }: BeforeUpdate,
  { reason, skip = [] }: { readonly reason: string; readonly skip?: readonly string[] },
): Promise<void> {
  const operation = startOperation(state, stack, previous, "update");
  setStackStatus(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason);
  stack.definition = previous;
  stack.imports = imports;
  stack.tags = previous.tags;
  const failed: Step[] = [];
  for (const step of steps.toReversed()) {
    if (skip.includes(step.record.logicalId)) continue;
    if (step.kind === "updated" && !(await restore(operation, step))) failed.push(step);
    if (step.kind !== "replaced") continue;
    stack.resources.set(step.old.logicalId, step.old);
    setResourceStatus(stack, step.old, "UPDATE_COMPLETE");
  }
  if (failed.length > 0) {
    stack.unfinished = {
      previous,
      imports,
      steps: steps.filter((step) => step.kind !== "updated" || failed.includes(step)),
    };
    const names = failed.map(({ record }) => record.logicalId).join(", ");
    setStackStatus(
      stack,
      "UPDATE_ROLLBACK_FAILED",
      `The following resource(s) failed to update: [${names}].`,
    );
    return;
  }
  stack.unfinished = undefined;
  setStackStatus(stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
  await removeNew(operation, steps);
  setStackStatus(stack, "UPDATE_ROLLBACK_COMPLETE");
}

/** Resources that cannot be removed remain, recorded as an event; the rollback is complete all the same, as on AWS. */
async function removeNew(operation: Operation, steps: readonly Step[]): Promise<void> {
  for (const step of steps.toReversed()) {
    if (step.kind === "updated") continue;
    const { stack } = operation;
    const policy = step.kind === "created" ? policyOfNew(stack, step.declared) : "Delete";
    await deleteResource(operation, step.record, policy).catch(() => {});
    if (step.kind === "created") stack.resources.delete(step.record.logicalId);
  }
}

async function restore(operation: Operation, step: Step & { kind: "updated" }): Promise<boolean> {
  const { stack } = operation;
  const { record } = step;
  setResourceStatus(stack, record, "UPDATE_IN_PROGRESS");
  try {
    await changeInPlace(operation, record, step.previous);
  } catch (error) {
    // The same refusal that failed the update: the service changed nothing, so nothing has to be restored.
    if ((error as Error).message !== step.refusal) {
      setResourceStatus(stack, record, "UPDATE_FAILED", failureReason(error));
      return false;
    }
  }
  setResourceStatus(stack, record, "UPDATE_COMPLETE");
  return true;
}
