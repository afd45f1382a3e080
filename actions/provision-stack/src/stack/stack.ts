import {
  DescribeStacksCommand,
  GetTemplateCommand,
  ListImportsCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { parseTemplate } from "../../../cloudformation/template.ts";
import type { ProvisionContext } from "../context.ts";

/** Returns the stack by name or id; undefined if it does not exist. */
export async function describeStack(
  context: Pick<ProvisionContext, "cloudformation" | "signal">,
  nameOrId: string,
): Promise<Stack | undefined> {
  const command = new DescribeStacksCommand({ StackName: nameOrId });
  try {
    return (await context.cloudformation.send(command, { abortSignal: context.signal })).Stacks?.[0];
  } catch (error) {
    if ((error as Error).name === "ValidationError" && /does not exist/.test((error as Error).message))
      return undefined;
    throw error;
  }
}

export function outputsOf(stack: Stack): { [name: string]: string } {
  return Object.fromEntries(
    (stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
  );
}

/**
 * Returns a stack as it was applied last; undefined for one that was only ever reviewed. Throws a Failure for a
 * template it cannot read.
 */
export async function readDeployed(
  context: Pick<ProvisionContext, "cloudformation">,
  { StackName = "", StackStatus, Parameters = [] }: Stack,
  { template }: PlannedStack,
): Promise<PlannedStack | undefined> {
  if (StackStatus === "REVIEW_IN_PROGRESS") return undefined;
  const { TemplateBody = "" } = await context.cloudformation.send(new GetTemplateCommand({ StackName }));
  return {
    template: parseTemplate(TemplateBody, `the deployed ${template.file}`, template.name),
    stackName: StackName,
    parameters: new Map(
      Parameters.map(({ ParameterKey = "", ParameterValue = "" }) => [ParameterKey, ParameterValue]),
    ),
  };
}

/** Returns the names of the stacks that import an export. */
export async function importersOf(
  { cloudformation, signal }: Pick<ProvisionContext, "cloudformation" | "signal">,
  ExportName: string,
): Promise<string[]> {
  try {
    const command = new ListImportsCommand({ ExportName });
    return (await cloudformation.send(command, { abortSignal: signal })).Imports ?? [];
  } catch (error) {
    // CloudFormation's response when nothing imports it.
    if (/is not imported by any stack/.test((error as Error).message)) return [];
    throw error;
  }
}
