import type { ProvisionContext } from "../context.ts";
import { namesInUse } from "../plan/names-in-use.ts";
import type { StackSet } from "../set/choose-stacks.ts";
import { choiceFor, type ExistingResources } from "./choice.ts";

export interface Remaining {
  readonly set: StackSet;
  /** Template name → why it is left out. */
  readonly skipped: ReadonlyMap<string, string>;
}

/**
 * Leaves out the templates whose resources exist outside any stack, where the input says `skip`, and those that import
 * from them.
 */
export async function skipExisting(
  context: ProvisionContext,
  existing: ExistingResources,
  set: StackSet,
): Promise<Remaining> {
  const skipped = new Map<string, string>();
  for (const planned of set.stacks) {
    const { name } = planned.template;
    const needed = [...(set.dependencies.get(name) ?? [])].find((need) => skipped.has(need));
    if (needed) skipped.set(name, `it imports from ${needed}, which is skipped`);
    if (needed || choiceFor(existing, name) !== "skip") continue;
    const found = (await namesInUse(context, planned, set.folder)).filter(({ owner }) => owner === undefined);
    const resources = found.map(({ resource: { logicalId, type } }) => `${logicalId} (${type})`);
    if (found.length > 0) skipped.set(name, `outside any stack exists already: ${resources.join(", ")}`);
  }
  const remains = (name: string) => !skipped.has(name);
  const dependencies = [...set.dependencies].filter(([name]) => remains(name));
  return {
    skipped,
    set: {
      ...set,
      stacks: set.stacks.filter(({ template }) => remains(template.name)),
      dependencies: new Map(dependencies),
    },
  };
}
