import { findDependencies, inOrder, type PlannedStack } from "../../../cloudformation/dependencies.ts";
import { findParameterProblems, planStack, unknownNames } from "../../../cloudformation/plan-stacks.ts";
import { readTemplates, type Template } from "../../../cloudformation/template.ts";
import { Failure } from "../../../core/failure.ts";
import { isObject } from "../../../core/is-object.ts";
import type { ProvisionInputs } from "../inputs.ts";

export interface StackSet {
  /** The chosen stacks, dependencies first. */
  readonly stacks: readonly PlannedStack[];
  /** Template name → chosen templates it needs. */
  readonly dependencies: ReadonlyMap<string, ReadonlySet<string>>;
  /** The stack of every template of the folder, chosen or not. */
  readonly folder: readonly PlannedStack[];
  /** Templates of the folder that the profile does not list. */
  readonly leftOut: readonly string[];
}

/** Checks names and order of everything. `values` is the profile's content, without lookups. */
export function chooseStacks(inputs: ProvisionInputs, values: unknown): StackSet {
  const templates = readTemplates(inputs.templatesFolder);
  const file = inputs.parametersFile ?? "parameters";
  const named = templatesOfProfile(inputs, values, templates);
  const chosenNames = inputs.stacks.length > 0 ? inputs.stacks : named;
  const problems = [
    ...unknownNames(inputs.stacks, templates, "Input stacks lists"),
    ...unknownNames([...inputs.existing.byTemplate.keys()], templates, "Input existing-resources lists"),
    ...findParameterProblems(values, templates, file),
    ...outsideOfProfile(inputs, templates, named),
  ];
  if (problems.length > 0)
    throw new Failure(problems.join("; "), { nextStep: "correct these names; nothing was changed." });
  const folder = templates.map((template) => planStack(template, templates, values, inputs.stackPrefix));
  const ofProfile = folder.filter(({ template }) => named.includes(template.name));
  return { ...order(ofProfile, chosenNames), folder, leftOut: namesOutside(templates, named) };
}

/**
 * Returns the templates in the profile's file; a template that it does not list is not part of it. Without a file, all
 * are.
 */
function templatesOfProfile(inputs: ProvisionInputs, values: unknown, templates: readonly Template[]) {
  return inputs.parametersFile && isObject(values) ? Object.keys(values) : templates.map(({ name }) => name);
}

function namesOutside(templates: readonly Template[], named: readonly string[]): string[] {
  return templates.map(({ name }) => name).filter((name) => !named.includes(name));
}

function outsideOfProfile(
  { stacks, parametersFile }: ProvisionInputs,
  templates: readonly Template[],
  named: readonly string[],
): string[] {
  const outside = namesOutside(templates, named).filter((name) => stacks.includes(name));
  return outside.map(
    (name) =>
      `Input stacks lists ${name}, which is not in ${parametersFile} and so not part of this profile (add "${name}": {} to include it)`,
  );
}

function order(
  stacks: readonly PlannedStack[],
  chosenNames: readonly string[],
): Pick<StackSet, "stacks" | "dependencies"> {
  const dependencies = findDependencies(stacks);
  const names = inOrder(dependencies);
  if ("circle" in names)
    throw new Failure(
      `The templates import from each other in a cycle: ${findCircle(dependencies).join(" → ")}`,
      { nextStep: "move the resources that both need into another template; nothing was changed." },
    );
  const chosen = names.filter((name) => chosenNames.includes(name));
  const needsOf = (name: string) =>
    [...(dependencies.get(name) ?? [])].filter((need) => chosen.includes(need));
  return {
    stacks: chosen.flatMap((name) => stacks.find(({ template }) => template.name === name) ?? []),
    dependencies: new Map(chosen.map((name) => [name, new Set(needsOf(name))])),
  };
}

/** Returns the names along one circle, the first again at the end; empty when there is none. */
function findCircle(needs: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const free = new Set<string>();
  const walk = (name: string, way: readonly string[]): string[] => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    for (const need of needs.get(name) ?? []) {
      const circle = free.has(need) ? [] : walk(need, [...way, name]);
      if (circle.length > 0) return circle;
    }
    free.add(name);
    return [];
  };
  for (const name of needs.keys()) {
    const circle = walk(name, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
