import { DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";
import type { World } from "../context.ts";

/** Returns the stack by name or id; undefined when there is none. */
export async function describeStack(
  world: Pick<World, "cloudformation" | "signal">,
  nameOrId: string,
): Promise<Stack | undefined> {
  const command = new DescribeStacksCommand({ StackName: nameOrId });
  try {
    return (await world.cloudformation.send(command, { abortSignal: world.signal })).Stacks?.[0];
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
