import { refuseMissingValues } from "./account-values.ts";
import { createResource } from "./create-resource.ts";
import type { Definition } from "./definition.ts";
import { deleteAll, finishDelete, policyOfNew } from "./delete-stack.ts";
import { setStackStatus } from "./events.ts";
import { refuseExports } from "./exports.ts";
import { type Operation, startOperation, takeImports } from "./operation.ts";
import { runInOrder } from "./order.ts";
import { evaluateOutputs } from "./outputs.ts";
import type { CloudFormationState, OnFailure, StackRecord } from "./records.ts";

/** Creates every resource; the outcome is in the stack's status and events, so this never rejects. */
export async function runCreate(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  onFailure: OnFailure,
): Promise<void> {
  const operation = startOperation(state, stack, definition);
  stack.definition = definition;
  stack.cancel = operation.cancel;
  setStackStatus(operation.clock, stack, "CREATE_IN_PROGRESS", "User Initiated");
  const timeout = startTimeout(operation);
  try {
    await refuseMissingValues(state, definition);
    takeImports(operation);
    const failed = await runInOrder(
      definition.dependencies,
      (id) => createResource(operation, id),
      operation.cancel,
    );
    timeout.throwIfOver();
    if (failed.length > 0)
      throw new Error(`The following resource(s) failed to create: [${failed.join(", ")}].`);
    operation.signal.throwIfAborted();
    const outputs = evaluateOutputs(state, stack, definition);
    refuseExports(state, stack, outputs);
    stack.outputs = outputs;
    setStackStatus(operation.clock, stack, "CREATE_COMPLETE");
  } catch (error) {
    await giveUp(operation, onFailure, (error as Error).message);
  } finally {
    timeout.end();
  }
}

/** Cancels the creation when it takes longer than the stack allows. */
function startTimeout({ clock, stack, cancel }: Operation) {
  const ended = new AbortController();
  let over = false;
  if (stack.timeoutInMinutes !== undefined)
    clock.wait(stack.timeoutInMinutes * 60_000, ended.signal).then(
      () => {
        over = true;
        cancel();
      },
      () => {},
    );
  return {
    throwIfOver() {
      if (over) throw new Error("Stack creation time exceeded the specified timeout.");
    },
    end: () => ended.abort(),
  };
}

async function giveUp(operation: Operation, onFailure: OnFailure, reason: string) {
  const { state, stack, clock } = operation;
  if (onFailure === "DO_NOTHING" || state.signal.aborted) {
    setStackStatus(clock, stack, "CREATE_FAILED", reason);
    return;
  }
  // DeleteStack came while the creation ran.
  if (stack.status === "DELETE_IN_PROGRESS") return await finishDelete(state, stack, []);
  const deleting = onFailure === "DELETE";
  const words = `${reason} ${deleting ? "Delete" : "Rollback"} requested by user.`;
  setStackStatus(clock, stack, deleting ? "DELETE_IN_PROGRESS" : "ROLLBACK_IN_PROGRESS", words);
  await takeBack(operation, deleting);
}

/** Removes the resources of a creation; the stack is in the corresponding status. */
export async function takeBack({ state, stack, definition, clock }: Operation, deleting: boolean) {
  // Resources of a failed creation hold no data yet: a snapshot would be useless.
  const policy = (id: string) => policyOfNew(stack, definition.resources[id]);
  const failed = await deleteAll(startOperation(state, stack, definition), policy);
  stack.imports = new Set();
  const done = failed.length === 0;
  if (deleting) setStackStatus(clock, stack, done ? "DELETE_COMPLETE" : "DELETE_FAILED");
  else setStackStatus(clock, stack, done ? "ROLLBACK_COMPLETE" : "ROLLBACK_FAILED");
  if (deleting && done) stack.deletedAt = clock.now();
}
