import {
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "@ecs-delivery/actions/cloudformation/template";
import { parseTemplate } from "@ecs-delivery/actions/cloudformation/template";
import { Failure } from "@ecs-delivery/actions/core/failure";
import type { PageClients } from "../clients.ts";
import type { StackPart } from "../parts.ts";
import type { Reader } from "./reader.ts";
import { allPages } from "./services.ts";

type CloudFormation = PageClients["cloudformation"];

export interface StackFacts {
  readonly part: StackPart;
  readonly stack: Stack;
  /** Logical id → name or ARN. */
  readonly physicalIds: ReadonlyMap<string, string>;
}

/** Reads all stacks; the resources of those that changed since the last pass. */
export async function readStacks(cloudformation: CloudFormation, reader: Reader): Promise<StackFacts[]> {
  const stacks = await reader.every(1_500, "stacks", () =>
    allPages(async (nextToken) => {
      const page = await reader.send(cloudformation, new DescribeStacksCommand({ NextToken: nextToken }));
      return { items: page.Stacks ?? [], nextToken: page.NextToken };
    }),
  );
  const facts = await Promise.all(stacks.map((stack) => readStack(cloudformation, reader, stack)));
  return facts.sort((one, other) => one.part.name.localeCompare(other.part.name));
}

async function readStack(cloudformation: CloudFormation, reader: Reader, stack: Stack): Promise<StackFacts> {
  const { StackName: name = "", StackStatus: status = "" } = stack;
  const changedAt = changeOf(stack);
  const isMoving = status.endsWith("IN_PROGRESS");
  const { StackResources = [] } = await reader.every(
    isMoving ? 1_500 : Number.POSITIVE_INFINITY,
    `resources ${stack.StackId} ${status} ${changedAt}`,
    () => reader.send(cloudformation, new DescribeStackResourcesCommand({ StackName: name })),
  );
  const part = {
    name,
    status,
    reason: stack.StackStatusReason,
    createdAt: stack.CreationTime?.getTime() ?? 0,
    changedAt,
    resources: StackResources.map((resource) => ({
      id: resource.LogicalResourceId ?? "",
      type: resource.ResourceType ?? "",
      status: resource.ResourceStatus ?? "",
      reason: resource.ResourceStatusReason,
      changedAt: resource.Timestamp?.getTime() ?? 0,
    })),
  };
  const physicalIds = StackResources.map(
    ({ LogicalResourceId = "", PhysicalResourceId = "" }) => [LogicalResourceId, PhysicalResourceId] as const,
  );
  return { part, stack, physicalIds: new Map(physicalIds) };
}

const changeOf = ({ LastUpdatedTime, CreationTime }: Stack) =>
  (LastUpdatedTime ?? CreationTime)?.getTime() ?? 0;

/** Reads a stack's template and parameters when it changes; undefined for a stack without a readable template. */
export async function readTemplate(
  cloudformation: CloudFormation,
  reader: Reader,
  { stack }: StackFacts,
): Promise<PlannedStack | undefined> {
  const { StackName: name = "", Parameters = [] } = stack;
  const version = `${stack.StackId} ${stack.StackStatus} ${changeOf(stack)}`;
  return reader.every(Number.POSITIVE_INFINITY, `template ${version}`, async () => {
    const command = new GetTemplateCommand({ StackName: name, TemplateStage: "Processed" });
    const { TemplateBody = "" } = await reader.send(cloudformation, command);
    const parameters = Parameters.map(
      ({ ParameterKey = "", ParameterValue, ResolvedValue }) =>
        [ParameterKey, ResolvedValue ?? ParameterValue ?? ""] as const,
    );
    try {
      const template = parseTemplate(TemplateBody, `the template of ${name}`, name);
      return { template, stackName: name, parameters: new Map(parameters) };
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  });
}
