import { DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";
import type { ProvisionContext } from "../context.ts";

/** Returns the stack by name or id; undefined when there is none. */
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
