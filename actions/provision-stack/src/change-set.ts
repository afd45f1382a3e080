import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../shared/cloudformation/dependencies.ts";
import { Failure } from "../../shared/failure.ts";
import { createPace } from "../../shared/pace.ts";
import type { World } from "./world.ts";

export interface ChangeSet {
  readonly stackId: string;
  readonly changeSetId: string;
  /** One line per resource; empty when the stack is as the template says. */
  readonly changes: readonly string[];
}

/** CloudFormation's ways of saying that a change set would do nothing. */
const noChanges = /didn't contain changes|No updates are to be performed/;

/** Asks CloudFormation what applying the stack would do; nothing is changed yet. */
export async function createChangeSet(
  world: World,
  { template, stackName, parameters }: PlannedStack,
  type: "CREATE" | "UPDATE",
  deadlineAt: number,
): Promise<ChangeSet> {
  const command = new CreateChangeSetCommand({
    StackName: stackName,
    ChangeSetName: `provision-${world.clock.now()}`,
    ChangeSetType: type,
    TemplateBody: template.body,
    Parameters: [...parameters].map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    Capabilities: ["CAPABILITY_NAMED_IAM"],
  });
  const { Id = "", StackId = "" } = await send(world, command, template.file);
  const described = await waitUntilCreated(world, Id, stackName, deadlineAt);
  const reason = described.StatusReason ?? "";
  if (described.Status === "FAILED" && !noChanges.test(reason)) {
    await discard(world, Id, type === "CREATE" ? StackId : undefined);
    throw new Failure(`CloudFormation refuses ${template.file}: ${reason}`, {
      nextStep: "correct the template or its parameters; the stack was not changed.",
    });
  }
  const changes = described.Status === "FAILED" ? [] : await readChanges(world, Id, described);
  if (changes.length === 0)
    await world.cloudformation.send(new DeleteChangeSetCommand({ ChangeSetName: Id }));
  return { stackId: StackId, changeSetId: Id, changes };
}

/** Removes a change set, and the empty stack that one for a creation leaves in REVIEW_IN_PROGRESS. */
async function discard(world: World, changeSetId: string, emptyStackId?: string): Promise<void> {
  await world.cloudformation.send(new DeleteChangeSetCommand({ ChangeSetName: changeSetId }));
  if (emptyStackId) await world.cloudformation.send(new DeleteStackCommand({ StackName: emptyStackId }));
}

export async function executeChangeSet(world: World, { changeSetId }: ChangeSet): Promise<void> {
  await world.cloudformation.send(new ExecuteChangeSetCommand({ ChangeSetName: changeSetId }));
}

async function send(world: World, command: CreateChangeSetCommand, file: string) {
  try {
    return await world.cloudformation.send(command, { abortSignal: world.signal });
  } catch (error) {
    if ((error as Error).name !== "ValidationError") throw error;
    throw new Failure(`CloudFormation refuses ${file}: ${(error as Error).message}`, {
      nextStep: "correct the template or its parameters; the stack was not changed.",
      cause: error,
    });
  }
}

async function waitUntilCreated(world: World, changeSetId: string, stackName: string, deadlineAt: number) {
  const pace = createPace();
  for (;;) {
    const described = await describe(world, changeSetId);
    if (described.Status === "CREATE_COMPLETE" || described.Status === "FAILED") return described;
    if (world.clock.now() >= deadlineAt)
      throw new Failure(
        `The change set of stack ${stackName} was still ${described.Status} at the deadline`,
        {
          nextStep: "run the job again with a longer deadline; the stack was not changed.",
        },
      );
    await world.clock.wait(pace.next(true), world.signal);
  }
}

function describe(world: World, ChangeSetName: string, NextToken?: string) {
  const command = new DescribeChangeSetCommand({ ChangeSetName, ...(NextToken ? { NextToken } : {}) });
  return world.cloudformation.send(command, { abortSignal: world.signal });
}

async function readChanges(
  world: World,
  id: string,
  first: DescribeChangeSetCommandOutput,
): Promise<string[]> {
  const changes = [...(first.Changes ?? [])];
  for (let token = first.NextToken; token; ) {
    const page = await describe(world, id, token);
    changes.push(...(page.Changes ?? []));
    token = page.NextToken;
  }
  return changes.map(({ ResourceChange: change }) => {
    const replacement = change?.Replacement === "True" ? ", replaced" : "";
    return `${change?.Action} ${change?.LogicalResourceId} (${change?.ResourceType}${replacement})`;
  });
}
