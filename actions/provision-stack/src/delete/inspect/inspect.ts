import { rowOf } from "../../../../cloudformation/types/table.ts";
import type { Finding } from "../../../../core/findings.ts";
import type { ProvisionContext } from "../../context.ts";
import { importersOf } from "../../stack/stack.ts";
import type { StackContents } from "../contents.ts";
import { type Inspect, type Inspected, type Kind, together } from "./inspected.ts";

/** Each service's client is only loaded where a stack has such resources. */
const inspectors: Readonly<Record<Kind, () => Promise<Inspect>>> = {
  buckets: async () => (await import("./buckets.ts")).inspectBuckets,
  clusters: async () => (await import("./containers.ts")).inspectClusters,
  databases: async () => (await import("./protection.ts")).inspectDatabases,
  images: async () => (await import("./images.ts")).inspectImages,
  loadBalancers: async () => (await import("./protection.ts")).inspectLoadBalancers,
};

/** Finds everything known to block the deletion of these stacks, before it begins. */
export async function inspectAll(
  context: ProvisionContext,
  stacks: readonly StackContents[],
): Promise<Inspected> {
  const parts = await Promise.all([
    inspectStacks(context, stacks),
    ...Object.entries(inspectors).map(async ([kind, load]) => {
      const hasKind = ({ resources }: StackContents) =>
        resources.some(({ type }) => rowOf(type)?.inspect === kind);
      return stacks.some(hasKind) ? (await load())(context, stacks) : together([]);
    }),
  ]);
  return together(parts);
}

/** Finds exports that remaining stacks import. */
const inspectStacks: Inspect = async (context, stacks) => {
  const going = stacks.map(({ stackName }) => stackName);
  const findings = stacks.map(({ stack, stackName }) => usedExports(context, stack, stackName, going));
  return { findings: (await Promise.all(findings)).flat(), emptyings: [] };
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
