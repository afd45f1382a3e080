import type { Parameter, Stack, StackSummary } from "@aws-sdk/client-cloudformation";
import type { Definition } from "../stack/definition.ts";
import type { CloudFormationState, ResourceRecord, StackRecord } from "../stack/records.ts";
import { allExports, findExport, importers } from "../stack/scope.ts";
import { validationError } from "../template/errors.ts";
import { isHidden } from "../template/parameters.ts";
import { findStack, type Input, page } from "./find.ts";

export function describeStacks(state: CloudFormationState, input: Input<"describeStacks">) {
  const { StackName } = input;
  if (StackName !== undefined) return { Stacks: [describe(findStack(state, StackName))] };
  const live = [...state.stacks.values()].filter(({ deletedAt }) => deletedAt === undefined);
  const { items, NextToken } = page(live.reverse(), input);
  return { Stacks: items.map(describe), NextToken };
}

export function listStacks(state: CloudFormationState, input: Input<"listStacks">) {
  const { StackStatusFilter } = input;
  const wanted = [...state.stacks.values()].filter(
    ({ status }) => !StackStatusFilter?.length || StackStatusFilter.includes(status),
  );
  const { items, NextToken } = page(wanted.reverse(), input);
  return { StackSummaries: items.map(summarize), NextToken };
}

function summarize(stack: StackRecord): StackSummary {
  return {
    StackId: stack.id,
    StackName: stack.name,
    TemplateDescription: stack.definition?.template.description,
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DriftInformation: { StackDriftStatus: "NOT_CHECKED" },
  };
}

/** Recorded responses leave out these lists where they are empty, but not NotificationARNs and Tags. */
const unlessEmpty = <Item>(items: readonly Item[] = []) => (items.length > 0 ? [...items] : undefined);

function describe(stack: StackRecord): Stack {
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: stack.definition?.template.description,
    Parameters: unlessEmpty(stack.definition && describeParameters(stack.definition)),
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    RetainExceptOnCreate: stack.retainExceptOnCreate,
    NotificationARNs: [],
    RoleARN: stack.roleArn,
    Capabilities: unlessEmpty(stack.capabilities) as Stack["Capabilities"],
    Outputs: unlessEmpty(
      stack.outputs.map(({ name, value, description, exportName }) => ({
        OutputKey: name,
        OutputValue: value,
        Description: description,
        ExportName: exportName,
      })),
    ),
    Tags: [...stack.tags],
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: { StackDriftStatus: "NOT_CHECKED" },
  };
}

export function describeParameters({ parameters, resolved, template }: Definition): Parameter[] {
  return Object.entries(parameters).map(([ParameterKey, value]) => {
    const secret = isHidden(template.parameters[ParameterKey]);
    const ResolvedValue = resolved?.[ParameterKey];
    return {
      ParameterKey,
      ParameterValue: secret ? "****" : value,
      ...(ResolvedValue === undefined ? {} : { ResolvedValue }),
    };
  });
}

export function listExports(state: CloudFormationState, input: Input<"listExports">) {
  const { items, NextToken } = page(allExports(state), input);
  return {
    Exports: items.map(({ name, value, stack }) => ({
      ExportingStackId: stack.id,
      Name: name,
      Value: value,
    })),
    NextToken,
  };
}

export function listImports(state: CloudFormationState, input: Input<"listImports">) {
  const { ExportName = "" } = input;
  const users = importers(state, ExportName);
  if (users.length === 0) {
    const known = findExport(state, ExportName) !== undefined;
    throw validationError(
      known
        ? `Export '${ExportName}' is not imported by any stack.`
        : `Export '${ExportName}' does not exist.`,
    );
  }
  const { items: Imports, NextToken } = page(users, input);
  return { Imports, NextToken };
}

export function describeStackEvents(state: CloudFormationState, input: Input<"describeStackEvents">) {
  const events = findStack(state, input.StackName).events.toReversed();
  const { items: StackEvents, NextToken } = page(events, input);
  return { StackEvents, NextToken };
}

export function describeStackResources(state: CloudFormationState, input: Input<"describeStackResources">) {
  const { StackName, PhysicalResourceId, LogicalResourceId } = input;
  const stack = PhysicalResourceId ? ownerOf(state, PhysicalResourceId) : findStack(state, StackName);
  const records = [...stack.resources.values()].filter(
    ({ logicalId }) => LogicalResourceId === undefined || logicalId === LogicalResourceId,
  );
  return {
    StackResources: records.map((record) => ({
      StackId: stack.id,
      StackName: stack.name,
      ...describeResource(record),
      Timestamp: record.updatedAt,
    })),
  };
}

export function listStackResources(state: CloudFormationState, input: Input<"listStackResources">) {
  const { items, NextToken } = page([...findStack(state, input.StackName).resources.values()], input);
  return {
    StackResourceSummaries: items.map((record) => ({
      ...describeResource(record),
      LastUpdatedTimestamp: record.updatedAt,
    })),
    NextToken,
  };
}

function describeResource({ logicalId, physicalId, type, status, statusReason }: ResourceRecord) {
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
