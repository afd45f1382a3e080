import { ListImportsCommand } from "@aws-sdk/client-cloudformation";
import type { Finding } from "../../../../shared/findings.ts";
import type { ProvisionContext } from "../../context.ts";
import type { StackContents } from "../contents.ts";
import { type Inspect, together } from "./inspected.ts";

/** Finds exports that remaining stacks import. */
export const inspectStacks: Inspect = async (context, stacks) => {
  const going = stacks.map(({ stackName }) => stackName);
  const parts = await Promise.all(
    stacks.map(async ({ stack, stackName }) => ({
      findings: await usedExports(context, stack, stackName, going),
      emptyings: [],
    })),
  );
  return together(parts);
};

async function usedExports(
  context: ProvisionContext,
  { Outputs = [] }: StackContents["stack"],
  stackName: string,
  going: readonly string[],
): Promise<Finding[]> {
  const users = new Map<string, string[]>();
  for (const { ExportName } of Outputs) {
    if (!ExportName) continue;
    for (const user of await importersOf(context, ExportName))
      if (!going.includes(user)) users.set(user, [...(users.get(user) ?? []), ExportName]);
  }
  return [...users].map(([user, names]) => ({
    text: `stack ${user}, which is not deleted, imports ${names.join(", ")} of stack ${stackName}`,
    fix: `delete ${user}, too (input stacks, stack-prefix)`,
  }));
}

async function importersOf(context: ProvisionContext, ExportName: string): Promise<string[]> {
  try {
    return (await context.cloudformation.send(new ListImportsCommand({ ExportName }))).Imports ?? [];
  } catch (error) {
    // CloudFormation's response when nothing imports it.
    if (/is not imported by any stack/.test((error as Error).message)) return [];
    throw error;
  }
}
