import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { Failure } from "../../../shared/failure.ts";
import type { ProvisionContext } from "../context.ts";
import { describeStack, outputsOf } from "./stack.ts";

export async function readOutputs(
  context: ProvisionContext,
  { stackName }: PlannedStack,
): Promise<{ [name: string]: string }> {
  const stack = await describeStack(context, stackName);
  if (stack && stack.StackStatus !== "REVIEW_IN_PROGRESS") return outputsOf(stack);
  throw new Failure(`Stack ${stackName} does not exist in this account and region`, {
    nextStep: "run this action with mode apply first, or check stack-prefix and region.",
  });
}

/** Returns all outputs in one object, and the names left out of it because they have different values. */
export function flattenOutputs(stacks: readonly { readonly [name: string]: string }[]): {
  values: { [name: string]: string };
  ambiguous: string[];
} {
  const values = new Map<string, Set<string>>();
  for (const outputs of stacks)
    for (const [name, value] of Object.entries(outputs))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  const entries = [...values].map(([name, found]) => [name, [...found]] as const);
  return {
    values: Object.fromEntries(
      entries.flatMap(([name, [value, ...others]]) =>
        others.length === 0 && value !== undefined ? [[name, value]] : [],
      ),
    ),
    ambiguous: entries.filter(([, found]) => found.length > 1).map(([name]) => name),
  };
}
