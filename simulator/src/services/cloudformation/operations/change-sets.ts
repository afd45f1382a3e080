import { randomUUID } from "node:crypto";
import type { ChangeSetType, ResourceChange, ResourceToImport } from "@aws-sdk/client-cloudformation";
import { AwsError } from "../../../kit/errors.ts";
import { refuseMissingValues } from "../stack/account-values.ts";
import { isOwned } from "../stack/create-resource.ts";
import { type Definition, unknownProperties } from "../stack/definition.ts";
import { setStackStatus } from "../stack/events.ts";
import { planChanges } from "../stack/plan.ts";
import {
  type ChangeSetRecord,
  type CloudFormationState,
  createStackRecord,
  type ImportedIds,
  type StackRecord,
} from "../stack/records.ts";
import { validationError } from "../template/errors.ts";
import { checkName, refuseUnlessUpdatable, startCreate, startImport, startUpdate } from "./change-stacks.ts";
import { describeParameters } from "./describe-stacks.ts";
import { findChangeSet, findStack, type Input, lookUpStack, page } from "./find.ts";
import { readDefinition, refuseMembers, takeServiceRole } from "./read-definition.ts";

/**
 * IncludeNestedStacks has no effect: stacks cannot be nested here. ImportExistingResources would import an existing
 * resource: here the change set fails when it is executed.
 */
const unsupported = [
  "NotificationARNs",
  "ResourceTypes",
  "RollbackConfiguration",
  "DeploymentMode",
  "OnStackFailure",
];

/** Plans a creation, an update or an import; the stack of a planned creation is in REVIEW_IN_PROGRESS. */
export async function createChangeSet(state: CloudFormationState, input: Input<"createChangeSet">) {
  refuseMembers(input, unsupported);
  const type = input.ChangeSetType ?? "UPDATE";
  const name = input.ChangeSetName ?? "";
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
    setStackStatus(stack, "REVIEW_IN_PROGRESS", "User Initiated");
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
  given: Input<"createChangeSet"> & { name: string; type: ChangeSetType },
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
    const [unknown] = unknownProperties(state.types, definition).values();
    if (unknown) return failed(unknown);
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

/** Returns the ids and changes of an import; throws ValidationError unless it imports and changes nothing else. */
function planImport(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  given: readonly ResourceToImport[] = [],
): { readonly ids: ImportedIds; readonly changes: readonly ResourceChange[] } {
  if (given.length === 0)
    throw validationError("You must specify ResourcesToImport for a change set of type IMPORT.");
  const ids = new Map(given.map((each) => [each.LogicalResourceId ?? "", idOf(state, definition, each)]));
  refuseOwned(state, ids, definition);
  const { changes, outputsChange } = planChanges(state, stack, definition);
  if (outputsChange)
    throw validationError("As part of the import operation, you cannot modify or add [Outputs]");
  const others = changes.flatMap(({ Action, LogicalResourceId = "" }) =>
    Action === "Add" && ids.has(LogicalResourceId) ? [] : [LogicalResourceId],
  );
  if (others.length > 0)
    throw validationError(
      `You have modified resources [${others.join(", ")}] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.`,
    );
  return {
    ids,
    changes: [...ids].map(([LogicalResourceId, PhysicalResourceId]) => ({
      Action: "Import",
      LogicalResourceId,
      PhysicalResourceId,
      ResourceType: definition.resources[LogicalResourceId]?.type,
      Scope: [],
      Details: [],
    })),
  };
}

function idOf(
  { types }: CloudFormationState,
  { resources }: Definition,
  { LogicalResourceId = "", ResourceType = "", ResourceIdentifier = {} }: ResourceToImport,
): string {
  const declared = resources[LogicalResourceId];
  if (declared?.type !== ResourceType)
    throw validationError(
      `Resources [${LogicalResourceId}] passed in ResourceToImport are not in the template`,
    );
  const identifier = types[ResourceType]?.importedBy;
  if (identifier === undefined)
    throw validationError(
      `The following resource types are not supported for resource import: ${ResourceType}`,
    );
  if (!declared.hasDeletionPolicy)
    throw validationError(
      `The following resources to import [${LogicalResourceId}] must have DeletionPolicy attribute specified in the template.`,
    );
  const [[name, value] = [], ...others] = Object.entries(ResourceIdentifier);
  if (name !== identifier || others.length > 0 || !value)
    throw validationError(
      `Invalid resource identifiers for ${LogicalResourceId}. Expecting [${identifier}] but got [${Object.keys(ResourceIdentifier).join(", ")}]`,
    );
  return value;
}

function refuseOwned({ stacks }: CloudFormationState, ids: ImportedIds, { resources }: Definition): void {
  for (const stack of stacks.values())
    for (const record of stack.resources.values())
      for (const [imported, id] of ids)
        if (record.physicalId === id && resources[imported]?.type === record.type && isOwned(record))
          throw validationError(
            `Resource ${id} already exists in stack ${stack.id} (logical ID ${record.logicalId})`,
          );
}

export function describeChangeSet(state: CloudFormationState, input: Input<"describeChangeSet">) {
  const { stack, changeSet } = findChangeSet(state, input.StackName, input.ChangeSetName);
  const { items, NextToken } = page(changeSet.changes, input);
  const changes = input.IncludePropertyValues ? items : items.map(withoutValues);
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: stack.id,
    StackName: stack.name,
    Description: changeSet.description,
    Parameters: describeParameters(changeSet.definition),
    CreationTime: changeSet.createdAt,
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.statusReason,
    NotificationARNs: [],
    RollbackConfiguration: {},
    Capabilities: [...changeSet.capabilities] as never[],
    Tags: [...changeSet.tags],
    Changes: changes.map((ResourceChange) => ({ Type: "Resource" as const, ResourceChange })),
    NextToken,
    IncludeNestedStacks: false,
  };
}

/** Returns what DescribeChangeSet shows without IncludePropertyValues. */
function withoutValues(change: ResourceChange): ResourceChange {
  const Details = change.Details?.map(({ Target, ...detail }) => {
    const { Attribute, Name, RequiresRecreation } = Target ?? {};
    return { ...detail, Target: { Attribute, Name, RequiresRecreation } };
  });
  return { ...change, Details };
}

export function executeChangeSet(state: CloudFormationState, input: Input<"executeChangeSet">) {
  const { stack, changeSet } = findChangeSet(state, input.StackName, input.ChangeSetName);
  if (changeSet.executionStatus !== "AVAILABLE")
    throw new AwsError(
      "InvalidChangeSetStatusException",
      `ChangeSet [${changeSet.id}] cannot be executed in its current execution status of [${changeSet.executionStatus}]`,
    );
  for (const [name, { id }] of stack.changeSets) if (id !== changeSet.id) stack.changeSets.delete(name);
  changeSet.executionStatus = "EXECUTE_COMPLETE";
  stack.disableRollback = input.DisableRollback ?? false;
  const { definition, capabilities: Capabilities } = changeSet;
  const { ClientRequestToken, RetainExceptOnCreate } = input;
  const given = { Capabilities, ClientRequestToken, RetainExceptOnCreate };
  if (changeSet.importedIds) startImport(state, stack, definition, { ...given, ids: changeSet.importedIds });
  else if (changeSet.type === "UPDATE") startUpdate(state, stack, definition, given);
  else startCreate(state, stack, definition, given);
  return {};
}

export function deleteChangeSet(state: CloudFormationState, input: Input<"deleteChangeSet">) {
  try {
    const { stack, changeSet } = findChangeSet(state, input.StackName, input.ChangeSetName);
    stack.changeSets.delete(changeSet.name);
  } catch (error) {
    // AWS reports success for the deletion of a missing change set.
    if (!(error instanceof AwsError && error.code === "ChangeSetNotFoundException")) throw error;
  }
  return {};
}

export function listChangeSets(state: CloudFormationState, input: Input<"listChangeSets">) {
  const stack = findStack(state, input.StackName);
  const { items, NextToken } = page([...stack.changeSets.values()], input);
  return {
    Summaries: items.map((changeSet) => ({
      StackId: stack.id,
      StackName: stack.name,
      ChangeSetId: changeSet.id,
      ChangeSetName: changeSet.name,
      ExecutionStatus: changeSet.executionStatus,
      Status: changeSet.status,
      StatusReason: changeSet.statusReason,
      CreationTime: changeSet.createdAt,
      Description: changeSet.description,
    })),
    NextToken,
  };
}
