import type { CloudFormationState, ResourceRecord, StackRecord } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";
import { findStack, type Input, page } from "./find.ts";

export function describeStackEvents(
  state: CloudFormationState,
  { StackName, NextToken }: Input<"describeStackEvents">,
) {
  const { items, next } = page(findStack(state, StackName).events.toReversed(), NextToken);
  return { StackEvents: items, NextToken: next };
}

export function describeStackResources(state: CloudFormationState, input: Input<"describeStackResources">) {
  const { StackName, PhysicalResourceId, LogicalResourceId } = input;
  const stack = PhysicalResourceId ? ownerOf(state, PhysicalResourceId) : findStack(state, StackName);
  const records = [...stack.resources.values()].filter(
    ({ logicalId }) => LogicalResourceId === undefined || logicalId === LogicalResourceId,
  );
  return {
    StackResources: records.map((record) => ({
      ...identity(stack),
      ...shared(record),
      Timestamp: record.updatedAt,
    })),
  };
}

export function describeStackResource(state: CloudFormationState, input: Input<"describeStackResource">) {
  const stack = findStack(state, input.StackName);
  const record = stack.resources.get(input.LogicalResourceId ?? "");
  if (!record)
    throw validationError(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`);
  const metadata = stack.definition?.resources[record.logicalId]?.metadata;
  return {
    StackResourceDetail: {
      ...identity(stack),
      ...shared(record),
      LastUpdatedTimestamp: record.updatedAt,
      Metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
    },
  };
}

export function listStackResources(
  state: CloudFormationState,
  { StackName, NextToken }: Input<"listStackResources">,
) {
  const stack = findStack(state, StackName);
  const { items, next } = page([...stack.resources.values()], NextToken);
  return {
    StackResourceSummaries: items.map((record) => ({
      ...shared(record),
      LastUpdatedTimestamp: record.updatedAt,
    })),
    NextToken: next,
  };
}

function identity({ id, name }: StackRecord) {
  return { StackId: id, StackName: name };
}

function shared({ logicalId, physicalId, type, status, statusReason }: ResourceRecord) {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ResourceStatus: status,
    ResourceStatusReason: statusReason,
    DriftInformation: { StackResourceDriftStatus: "NOT_CHECKED" as const },
  };
}

function ownerOf({ stacks }: CloudFormationState, physicalId: string): StackRecord {
  // A deleted stack still lists its resources, but a live one is searched first.
  const all = [...stacks.values()].sort((one, other) => Number(!!one.deletedAt) - Number(!!other.deletedAt));
  for (const stack of all)
    for (const record of stack.resources.values()) if (record.physicalId === physicalId) return stack;
  throw validationError(`Stack for ${physicalId} does not exist`);
}
