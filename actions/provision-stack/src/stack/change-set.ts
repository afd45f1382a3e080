import { randomUUID } from "node:crypto";
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
  type ResourceChange,
  type ResourceToImport,
} from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { Failure } from "../../../core/failure.ts";
import { createPace } from "../../../core/pace.ts";
import type { ProvisionContext } from "../context.ts";

export interface ChangeSet {
  readonly stackId: string;
  readonly changeSetId: string;
  readonly type: "CREATE" | "UPDATE" | "IMPORT";
  /** False when the stack matches the template. A change of outputs only has no resources. */
  readonly hasChanges: boolean;
  readonly changes: readonly ResourceChange[];
}

/** CloudFormation's messages for a change set that would do nothing. */
const noChanges = /didn't contain changes|No updates are to be performed/;

/**
 * Creates a change set, which shows what applying the stack would do; nothing is changed yet. Leaves nothing when it
 * fails.
 */
export async function createChangeSet(
  context: ProvisionContext,
  planned: PlannedStack,
  type: ChangeSet["type"],
  resourcesToImport?: ResourceToImport[],
): Promise<ChangeSet> {
  const { template, stackName, parameters } = planned;
  const command = new CreateChangeSetCommand({
    StackName: stackName,
    ChangeSetName: `provision-${randomUUID()}`,
    ChangeSetType: type,
    TemplateBody: template.body,
    Parameters: [...parameters].map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    Capabilities: ["CAPABILITY_NAMED_IAM"],
    ...(resourcesToImport && { ResourcesToImport: resourcesToImport }),
  });
  const { Id = "", StackId = "" } = await send(context, command, planned);
  const made = { stackId: StackId, changeSetId: Id, type };
  try {
    const described = await waitUntilCreated(context, Id);
    const reason = described.StatusReason ?? "";
    const failed = described.Status === "FAILED";
    if (failed && !noChanges.test(reason)) throw refused(planned, reason);
    return { ...made, hasChanges: !failed, changes: failed ? [] : await readChanges(context, Id, described) };
  } catch (error) {
    await discardChangeSet(context, made);
    throw error;
  }
}

/** Removes a change set, and the empty stack that one for a new stack leaves in REVIEW_IN_PROGRESS. */
export async function discardChangeSet(
  context: Pick<ProvisionContext, "cloudformation">,
  { changeSetId, stackId, type }: Pick<ChangeSet, "changeSetId" | "stackId" | "type">,
): Promise<void> {
  const { cloudformation } = context;
  await cloudformation.send(new DeleteChangeSetCommand({ ChangeSetName: changeSetId }));
  if (type === "UPDATE" || (type === "IMPORT" && !(await isEmpty(context, stackId)))) return;
  // Somebody else may be reviewing a change set of their own in the same empty stack.
  const { Summaries = [] } = await cloudformation.send(new ListChangeSetsCommand({ StackName: stackId }));
  const others = Summaries.filter(({ ChangeSetId }) => ChangeSetId !== changeSetId);
  if (others.length === 0) await cloudformation.send(new DeleteStackCommand({ StackName: stackId }));
}

async function isEmpty({ cloudformation }: Pick<ProvisionContext, "cloudformation">, StackName: string) {
  const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  return Stacks[0]?.StackStatus === "REVIEW_IN_PROGRESS";
}

export async function executeChangeSet(
  context: ProvisionContext,
  { changeSetId }: ChangeSet,
  options: { readonly disableRollback: boolean },
): Promise<void> {
  await context.cloudformation.send(
    new ExecuteChangeSetCommand({
      ChangeSetName: changeSetId,
      // A rollback also removes new resources that would be retained: the next creation would find their names in use.
      ...(options.disableRollback ? { DisableRollback: true } : { RetainExceptOnCreate: true }),
    }),
  );
}

async function send(context: ProvisionContext, command: CreateChangeSetCommand, planned: PlannedStack) {
  try {
    return await context.cloudformation.send(command, { abortSignal: context.signal });
  } catch (error) {
    if ((error as Error).name !== "ValidationError") throw error;
    throw refused(planned, (error as Error).message, error);
  }
}

function refused({ template }: PlannedStack, reason: string, cause?: unknown): Failure {
  return new Failure(`CloudFormation rejects ${template.file}: ${reason.replace(/\.$/, "")}`, {
    nextStep: "correct the template or its parameters; the stack was not changed.",
    place: { file: template.file, line: undefined },
    cause,
  });
}

async function waitUntilCreated(context: ProvisionContext, changeSetId: string) {
  const pace = createPace();
  for (;;) {
    const described = await describe(context, changeSetId);
    if (described.Status === "CREATE_COMPLETE" || described.Status === "FAILED") return described;
    await context.clock.wait(pace.next(true), context.signal);
  }
}

function describe(context: ProvisionContext, ChangeSetName: string, NextToken?: string) {
  const command = new DescribeChangeSetCommand({
    ChangeSetName,
    IncludePropertyValues: true,
    ...(NextToken ? { NextToken } : {}),
  });
  return context.cloudformation.send(command, { abortSignal: context.signal });
}

async function readChanges(
  context: ProvisionContext,
  id: string,
  first: DescribeChangeSetCommandOutput,
): Promise<ResourceChange[]> {
  const changes = [...(first.Changes ?? [])];
  for (let token = first.NextToken; token; ) {
    const page = await describe(context, id, token);
    changes.push(...(page.Changes ?? []));
    token = page.NextToken;
  }
  return changes.flatMap(({ ResourceChange: change }) => change ?? []);
}
