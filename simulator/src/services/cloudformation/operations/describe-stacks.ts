import type { Parameter, Stack, StackSummary } from "@aws-sdk/client-cloudformation";
import type { Definition } from "../stack/definition.ts";
import type { CloudFormationState, StackRecord } from "../stack/records.ts";
import { allExports, findExport, importers } from "../stack/scope.ts";
import { validationError } from "../template/errors.ts";
import { isHidden } from "../template/parameters.ts";
import { findStack, type Input, page } from "./find.ts";

export function describeStacks(
  state: CloudFormationState,
  { StackName, NextToken }: Input<"describeStacks">,
) {
  if (StackName !== undefined) return { Stacks: [describe(findStack(state, StackName))] };
  const live = [...state.stacks.values()].filter(({ deletedAt }) => deletedAt === undefined);
  const { items, next } = page(live.reverse(), NextToken);
  return { Stacks: items.map(describe), NextToken: next };
}

export function listStacks(
  state: CloudFormationState,
  { StackStatusFilter, NextToken }: Input<"listStacks">,
) {
  const wanted = [...state.stacks.values()].filter(
    ({ status }) => !StackStatusFilter?.length || StackStatusFilter.includes(status),
  );
  const { items, next } = page(wanted.reverse(), NextToken);
  return { StackSummaries: items.map(summarize), NextToken: next };
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

function describe(stack: StackRecord): Stack {
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: stack.definition?.template.description,
    Parameters: stack.definition && describeParameters(stack.definition),
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
    Capabilities: [...stack.capabilities] as Stack["Capabilities"],
    Outputs: stack.outputs.map(({ name, value, description, exportName }) => ({
      OutputKey: name,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
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

export function listExports(state: CloudFormationState, { NextToken }: Input<"listExports">) {
  const { items, next } = page(allExports(state), NextToken);
  return {
    Exports: items.map(({ name, value, stack }) => ({
      ExportingStackId: stack.id,
      Name: name,
      Value: value,
    })),
    NextToken: next,
  };
}

export function listImports(
  state: CloudFormationState,
  { ExportName = "", NextToken }: Input<"listImports">,
) {
  const users = importers(state, ExportName);
  if (users.length === 0) {
    const known = findExport(state, ExportName) !== undefined;
    throw validationError(
      known
        ? `Export '${ExportName}' is not imported by any stack.`
        : `Export '${ExportName}' does not exist.`,
    );
  }
  const { items, next } = page(users, NextToken);
  return { Imports: items, NextToken: next };
}
