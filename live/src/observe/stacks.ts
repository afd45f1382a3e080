import {
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import type { PageClients } from "../clients.ts";
import type { StackPart } from "../parts.ts";
import type { Reader } from "./reader.ts";
import { allPages } from "./services.ts";

type CloudFormation = PageClients["cloudformation"];

/** Reads all stacks; the resources of those that changed since the last pass. */
export async function readStacks(cloudformation: CloudFormation, reader: Reader): Promise<StackPart[]> {
  const stacks = await reader.every(1_500, "stacks", () =>
    allPages(async (nextToken) => {
      const page = await reader.send(cloudformation, new DescribeStacksCommand({ NextToken: nextToken }));
      return { items: page.Stacks ?? [], nextToken: page.NextToken };
    }),
  );
  const parts = await Promise.all(stacks.map((stack) => readStack(cloudformation, reader, stack)));
  return parts.sort((one, other) => one.name.localeCompare(other.name));
}

async function readStack(cloudformation: CloudFormation, reader: Reader, stack: Stack): Promise<StackPart> {
  const { StackName: name = "", StackStatus: status = "", StackId } = stack;
  const changedAt = (stack.LastUpdatedTime ?? stack.CreationTime)?.getTime() ?? 0;
  const isMoving = status.endsWith("IN_PROGRESS");
  const { StackResources = [] } = await reader.every(
    isMoving ? 1_500 : Number.POSITIVE_INFINITY,
    `resources ${StackId} ${status} ${changedAt}`,
    () => reader.send(cloudformation, new DescribeStackResourcesCommand({ StackName: name })),
  );
  return {
    name,
    status,
    reason: stack.StackStatusReason,
    changedAt,
    resources: StackResources.map((resource) => ({
      id: resource.LogicalResourceId ?? "",
      type: resource.ResourceType ?? "",
      status: resource.ResourceStatus ?? "",
      reason: resource.ResourceStatusReason,
    })),
  };
}
