import { randomUUID } from "node:crypto";
import type { ChangeSetType, CreateChangeSetCommandInput } from "@aws-sdk/client-cloudformation";
import { AwsError } from "../../../kit/errors.ts";
import { refuseMissingValues } from "../stack/account-values.ts";
import type { Definition } from "../stack/definition.ts";
import { setStackStatus } from "../stack/events.ts";
import { planChanges } from "../stack/plan.ts";
import {
  type ChangeSetRecord,
  type CloudFormationState,
  createStackRecord,
  type StackRecord,
} from "../stack/records.ts";
import { validationError } from "../template/errors.ts";
import { checkName, refuseUnlessUpdatable } from "./change-stacks.ts";
import { findStack, lookUpStack } from "./find.ts";
import { planImport } from "./plan-import.ts";
import { readDefinition, refuseMembers, takeServiceRole } from "./read-definition.ts";

/**
 * IncludeNestedStacks has no effect: stacks cannot be nested here. ImportExistingResources would import an existing
 * resource: here the change set fails when it is executed.
 */
const unsupported = ["NotificationARNs", "ResourceTypes", "RollbackConfiguration", "DeploymentMode"];

/** Plans a creation, an update or an import; the stack of a planned creation is in REVIEW_IN_PROGRESS. */
export async function createChangeSet(state: CloudFormationState, input: CreateChangeSetCommandInput) {
  refuseMembers(input, unsupported);
  const type = input.ChangeSetType ?? "UPDATE";
  const name = input.ChangeSetName ?? "";
  if (type === "UPDATE" && input.OnStackFailure === "DELETE")
    throw validationError("OnStackFailure DELETE is for change sets of type CREATE only.");
  const stack = stackFor(state, input.StackName ?? "", type);
  if (stack.changeSets.has(name))
    throw new AwsError(
      "AlreadyExistsException",
      `ChangeSet ${name} cannot be created due to a mismatch with existing attribute Name`,
    );
  await takeServiceRole(state, stack, input.RoleARN);
  const definition = await readDefinition(state, stack, input, stack.definition && stack);
  const changeSet = await plan(state, stack, definition, { ...input, name, type });
  if (!state.stacks.has(stack.id)) {
    state.stacks.set(stack.id, stack);
    stack.tags = definition.tags;
    setStackStatus(state.environment.clock, stack, "REVIEW_IN_PROGRESS", "User Initiated");
  }
  stack.changeSets.set(name, changeSet);
  return { Id: changeSet.id, StackId: stack.id };
}

function stackFor(state: CloudFormationState, name: string, type: ChangeSetType): StackRecord {
  const existing = lookUpStack(state, name);
  const isNew = !existing || existing.status === "REVIEW_IN_PROGRESS";
  if (type === "UPDATE" || (type === "IMPORT" && !isNew)) {
    const stack = findStack(state, name);
    refuseUnlessUpdatable(stack);
    return stack;
  }
  if (!existing) return createStackRecord(state, checkName(name));
  if (isNew) return existing;
  throw validationError(
    `Stack [${name}] already exists and cannot be created again with the changeSet [CREATE].`,
  );
}

const withoutChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

const planned = { status: "CREATE_COMPLETE", statusReason: undefined, executionStatus: "AVAILABLE" } as const;

async function plan(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  given: CreateChangeSetCommandInput & { name: string; type: ChangeSetType },
): Promise<ChangeSetRecord> {
  const { region, accountId, clock } = state.environment;
  const shared = {
    id: `arn:aws:cloudformation:${region}:${accountId}:changeSet/${given.name}/${randomUUID()}`,
    name: given.name,
    description: given.Description,
    type: given.type,
    createdAt: clock.now(),
    definition,
    capabilities: given.Capabilities ?? [],
    tags: definition.tags,
    onFailure: given.OnStackFailure,
  };
  const failed = (statusReason: string): ChangeSetRecord => ({
    ...shared,
    changes: [],
    status: "FAILED",
    statusReason,
    executionStatus: "UNAVAILABLE",
  });
  try {
    await refuseMissingValues(state, definition);
    if (given.type === "IMPORT") {
      const { ids, changes } = planImport(state, stack, definition, given.ResourcesToImport);
      return { ...shared, ...planned, changes, importedIds: ids };
    }
    const { changes, outputsChange } = planChanges(state, stack, definition);
    if (changes.length === 0 && !outputsChange) return failed(withoutChanges);
    return { ...shared, ...planned, changes };
  } catch (error) {
    if (error instanceof AwsError) return failed(error.message);
    throw error;
  }
}
