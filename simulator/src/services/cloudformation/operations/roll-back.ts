import type {
  CancelUpdateStackCommandInput,
  ContinueUpdateRollbackCommandInput,
  RollbackStackCommandInput,
} from "@aws-sdk/client-cloudformation";
import { takeBack } from "../stack/create-stack.ts";
import { setStackStatus } from "../stack/events.ts";
import { startOperation } from "../stack/operation.ts";
import type { CloudFormationState, StackRecord } from "../stack/records.ts";
import { takeUpdateBack } from "../stack/roll-back-update.ts";
import { validationError } from "../template/errors.ts";
import { findStack } from "./find-stack.ts";
import { refuseMembers } from "./refuse-members.ts";

/** Cancels an update; CloudFormation rolls it back. */
export function cancelUpdateStack(state: CloudFormationState, input: CancelUpdateStackCommandInput) {
  const stack = findStack(state, input.StackName);
  if (stack.status !== "UPDATE_IN_PROGRESS")
    throw validationError(`CancelUpdateStack cannot be called from current stack status`);
  stack.disableRollback = false;
  stack.cancel();
  return {};
}

/** Rolls back a creation or an update that failed with its rollback disabled. */
export function rollbackStack(state: CloudFormationState, input: RollbackStackCommandInput) {
  refuseMembers(input, ["RoleARN"]);
  const stack = findStack(state, input.StackName);
  stack.retainExceptOnCreate = input.RetainExceptOnCreate ?? false;
  if (stack.status === "CREATE_FAILED" && stack.definition) {
    const operation = startOperation(state, stack, stack.definition);
    setStackStatus(operation.clock, stack, "ROLLBACK_IN_PROGRESS", "User Initiated");
    state.run(takeBack(operation, false));
  } else if (stack.status === "UPDATE_FAILED") takeRestBack(state, stack);
  else throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
  return { StackId: stack.id };
}

export function continueUpdateRollback(
  state: CloudFormationState,
  input: ContinueUpdateRollbackCommandInput,
) {
  refuseMembers(input, ["RoleARN"]);
  const stack = findStack(state, input.StackName);
  if (stack.status !== "UPDATE_ROLLBACK_FAILED")
    throw validationError(
      `Stack:${stack.id} is in ${stack.status} state and can not continue rollback. Stack must be in UPDATE_ROLLBACK_FAILED state.`,
    );
  takeRestBack(state, stack, input.ResourcesToSkip);
  return {};
}

function takeRestBack(state: CloudFormationState, stack: StackRecord, skip: readonly string[] = []): void {
  if (!stack.unfinished)
    throw new Error(`stack ${stack.name} is ${stack.status} without an unfinished update`);
  state.run(takeUpdateBack(state, stack, stack.unfinished, { reason: "User Initiated", skip }));
}
