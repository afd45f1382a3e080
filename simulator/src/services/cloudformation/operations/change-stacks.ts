import { AwsError } from "../../../kit/errors.ts";
import { rollBackCreation, runCreate, runImport, runUpdate } from "../stack/change-stack.ts";
import { type Definition, unknownProperties } from "../stack/definition.ts";
import { runDelete } from "../stack/delete-stack.ts";
import { setStackStatus } from "../stack/events.ts";
import { startOperation } from "../stack/operation.ts";
import { planChanges } from "../stack/plan.ts";
import {
  type CloudFormationState,
  createStackRecord,
  type ImportedIds,
  type StackRecord,
} from "../stack/records.ts";
import { takeUpdateBack } from "../stack/roll-back-update.ts";
import { refuseRemoval } from "../stack/scope.ts";
import { validationError } from "../template/errors.ts";
import { findStack, type Input, lookUpStack } from "./find.ts";
import { readDefinition, refuseMembers, takeServiceRole } from "./read-definition.ts";

const unsupported = [
  "NotificationARNs",
  "ResourceTypes",
  "RollbackConfiguration",
  "StackPolicyBody",
  "StackPolicyURL",
  "StackPolicyDuringUpdateBody",
  "StackPolicyDuringUpdateURL",
  "TimeoutInMinutes",
];

export async function createStack(state: CloudFormationState, input: Input<"createStack">) {
  refuseMembers(input, unsupported);
  const name = checkName(input.StackName ?? "");
  refuseTaken(state, name);
  if (input.OnFailure !== undefined && input.DisableRollback !== undefined)
    throw validationError("You cannot specify both DisableRollback and OnFailure.");
  if (input.OnFailure === "DELETE") throw validationError("the simulator does not support OnFailure DELETE");
  const stack = createStackRecord(state, name);
  await takeServiceRole(state, stack, input.RoleARN);
  const definition = await readDefinition(state, stack, input);
  refuseTaken(state, name);
  stack.disableRollback = input.DisableRollback ?? input.OnFailure === "DO_NOTHING";
  stack.terminationProtection = input.EnableTerminationProtection ?? false;
  startCreate(state, stack, definition, input);
  return { StackId: stack.id };
}

export function startCreate(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  given: OperationInput,
): void {
  state.stacks.set(stack.id, stack);
  beginOperation(stack, definition, given);
  state.run(runCreate(state, stack, definition));
}

interface OperationInput {
  readonly Capabilities?: readonly string[];
  readonly ClientRequestToken?: string;
  readonly RetainExceptOnCreate?: boolean;
}

function beginOperation(stack: StackRecord, definition: Definition, given: OperationInput): void {
  stack.capabilities = given.Capabilities ?? [];
  stack.tags = definition.tags;
  stack.clientRequestToken = given.ClientRequestToken;
  stack.retainExceptOnCreate = given.RetainExceptOnCreate ?? false;
}

export async function updateStack(state: CloudFormationState, input: Input<"updateStack">) {
  refuseMembers(input, unsupported);
  const stack = findStack(state, input.StackName);
  refuseUnlessUpdatable(stack);
  await takeServiceRole(state, stack, input.RoleARN);
  const definition = await readDefinition(state, stack, input, stack);
  if (unknownProperties(state.types, definition).size === 0) {
    const { changes, outputsChange } = planChanges(state, stack, definition);
    if (changes.length === 0 && !outputsChange) throw validationError("No updates are to be performed.");
  }
  refuseUnlessUpdatable(stack);
  stack.disableRollback = input.DisableRollback ?? false;
  startUpdate(state, stack, definition, input);
  return { StackId: stack.id };
}

export function startUpdate(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  given: OperationInput,
): void {
  beginOperation(stack, definition, given);
  for (const changeSet of stack.changeSets.values())
    if (changeSet.executionStatus === "AVAILABLE") changeSet.executionStatus = "OBSOLETE";
  state.run(runUpdate(state, stack, definition));
}

export function startImport(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  given: OperationInput & { ids: ImportedIds },
): void {
  beginOperation(stack, definition, given);
  state.run(runImport(state, stack, definition, given.ids));
}

/** Statuses of an operation that a deletion ends. */
const deletableInProgress: readonly string[] = ["CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS"];

export async function deleteStack(state: CloudFormationState, input: Input<"deleteStack">) {
  refuseMembers(input, ["DeletionMode"]);
  const stack = lookUpStack(state, input.StackName);
  if (stack) await takeServiceRole(state, stack, input.RoleARN);
  if (!stack || stack.deletedAt !== undefined || stack.status === "DELETE_IN_PROGRESS") return {};
  if (stack.status.endsWith("_IN_PROGRESS") && !deletableInProgress.includes(stack.status))
    throw validationError(`Stack [${stack.name}] cannot be deleted while in status ${stack.status}`);
  if (stack.terminationProtection)
    throw validationError(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  const retained = input.RetainResources ?? [];
  if (retained.length > 0 && stack.status !== "DELETE_FAILED")
    throw validationError(
      "Invalid operation on stack. RetainResources can only be used when the stack is in DELETE_FAILED state",
    );
  for (const { exportName } of stack.outputs) if (exportName) refuseRemoval(state, exportName);
  stack.clientRequestToken = input.ClientRequestToken;
  if (stack.status === "CREATE_IN_PROGRESS") {
    setStackStatus(stack, "DELETE_IN_PROGRESS", "User Initiated");
    stack.cancel();
    return {};
  }
  state.run(runDelete(state, stack, retained));
  return {};
}

export function updateTerminationProtection(
  state: CloudFormationState,
  input: Input<"updateTerminationProtection">,
) {
  const stack = findStack(state, input.StackName);
  stack.terminationProtection = input.EnableTerminationProtection ?? false;
  return { StackId: stack.id };
}

export function checkName(name: string): string {
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name))
    throw validationError(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]* and have at most 128 characters`,
    );
  return name;
}

function refuseTaken(state: CloudFormationState, name: string): void {
  if (lookUpStack(state, name))
    throw new AwsError("AlreadyExistsException", `Stack [${name}] already exists`);
}

export function refuseUnlessUpdatable(stack: StackRecord): void {
  if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/.test(stack.status))
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}

/** Cancels an update; CloudFormation rolls it back. */
export function cancelUpdateStack(state: CloudFormationState, input: Input<"cancelUpdateStack">) {
  const stack = findStack(state, input.StackName);
  if (stack.status !== "UPDATE_IN_PROGRESS")
    throw validationError(`CancelUpdateStack cannot be called from current stack status`);
  stack.disableRollback = false;
  stack.cancel();
  return {};
}

/** Rolls back a creation or an update that failed with its rollback disabled. */
export function rollbackStack(state: CloudFormationState, input: Input<"rollbackStack">) {
  refuseMembers(input, ["RoleARN"]);
  const stack = findStack(state, input.StackName);
  stack.retainExceptOnCreate = input.RetainExceptOnCreate ?? false;
  if (stack.status === "CREATE_FAILED" && stack.definition)
    state.run(rollBackCreation(startOperation(state, stack, stack.definition), "User Initiated"));
  else if (stack.status === "UPDATE_FAILED") takeRestBack(state, stack);
  else throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
  return { StackId: stack.id };
}

export function continueUpdateRollback(state: CloudFormationState, input: Input<"continueUpdateRollback">) {
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
