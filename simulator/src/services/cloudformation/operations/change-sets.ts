import type { ResourceChange } from "@aws-sdk/client-cloudformation";
import { AwsError } from "../../../kit/errors.ts";
import type { CloudFormationState } from "../stack/records.ts";
import { startCreate, startImport, startUpdate } from "./change-stacks.ts";
import { describeParameters } from "./describe-stacks.ts";
import { findChangeSet, findStack, type Input, page } from "./find.ts";

export function describeChangeSet(state: CloudFormationState, input: Input<"describeChangeSet">) {
  const { stack, changeSet } = findChangeSet(state, input.StackName, input.ChangeSetName);
  const { items, next } = page(changeSet.changes, input.NextToken);
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
    NextToken: next,
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

export function listChangeSets(
  state: CloudFormationState,
  { StackName, NextToken }: Input<"listChangeSets">,
) {
  const stack = findStack(state, StackName);
  const { items, next } = page([...stack.changeSets.values()], NextToken);
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
    NextToken: next,
  };
}
