import {
  paginateListStackResources,
  type Stack,
  type StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import { type EvaluatedResource, evaluateResources } from "../../../cloudformation/resources.ts";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { Failure } from "../../../core/failure.ts";
import type { ProvisionContext } from "../context.ts";
import { describeStack, readDeployed } from "../stack/stack.ts";

/** An existing stack, and its resources. */
export interface StackContents {
  readonly stack: Stack;
  readonly stackName: string;
  readonly resources: readonly Held[];
}

export interface Held {
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  /** Properties from the template that was applied last, as far as it shows them. */
  readonly properties: { readonly [name: string]: unknown };
  readonly deletionPolicy: string;
}

/** Whether the resource outlives its stack: `Retain`, or `RetainExceptOnCreate` after a creation that succeeded. */
export const isRetained = ({ deletionPolicy }: Held) => deletionPolicy.startsWith("Retain");

/** Undefined if the stack does not exist. */
export async function readContents(
  context: ProvisionContext,
  planned: PlannedStack,
): Promise<StackContents | undefined> {
  const { stackName } = planned;
  const stack = await describeStack(context, stackName);
  if (!stack?.StackId) return undefined;
  const declared = await declaredResources(context, stack, planned);
  const resources: Held[] = [];
  const pages = paginateListStackResources({ client: context.cloudformation }, { StackName: stackName });
  for await (const { StackResourceSummaries = [] } of pages)
    resources.push(...StackResourceSummaries.flatMap((summary) => toHeld(stackName, summary, declared)));
  return { stack, stackName, resources };
}

function toHeld(
  stackName: string,
  {
    LogicalResourceId: logicalId = "",
    PhysicalResourceId,
    ResourceType = "",
    ResourceStatus,
  }: StackResourceSummary,
  declared: readonly EvaluatedResource[],
): Held[] {
  if (!PhysicalResourceId || ResourceStatus === "DELETE_COMPLETE") return [];
  const found = declared.find((resource) => resource.logicalId === logicalId);
  return [
    {
      stackName,
      logicalId,
      physicalId: PhysicalResourceId,
      type: ResourceType,
      properties: found?.properties ?? {},
      deletionPolicy: found?.deletionPolicy ?? "Delete",
    },
  ];
}

async function declaredResources(
  context: ProvisionContext,
  stack: Stack,
  planned: PlannedStack,
): Promise<EvaluatedResource[]> {
  try {
    const deployed = await readDeployed(context, stack, planned);
    return deployed ? evaluateResources([deployed], await context.cloudformation.config.region()) : [];
  } catch (error) {
    // CloudFormation reports when it deletes what cannot be evaluated here.
    if (error instanceof Failure) return [];
    throw error;
  }
}
