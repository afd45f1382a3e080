import { Failure } from "../core/failure.ts";
import { isObject } from "../core/is-object.ts";
import { evaluate, scopeOf } from "./evaluate.ts";
import type { PlannedStack } from "./template.ts";

/** Returns template name → names of the templates whose exports it imports. */
export function findDependencies(stacks: readonly PlannedStack[]): Map<string, Set<string>> {
  const owners = new Map<string, string>();
  for (const stack of stacks) for (const name of exportsOf(stack)) owners.set(name, stack.template.name);
  return new Map(
    stacks.map((stack) => {
      const imported = importsOf(stack).map((name) => owners.get(name));
      return [stack.template.name, new Set(imported.filter((name) => name !== undefined))];
    }),
  );
}

/** Returns the templates, dependencies first; refuses a circle. */
export function inOrder(dependencies: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const order = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    if (way.includes(name))
      throw new Failure(
        `The templates import from each other in a cycle: ${[...way.slice(way.indexOf(name)), name].join(" → ")}`,
        { nextStep: "move the resources that both need into another template; nothing was changed." },
      );
    if (order.has(name)) return;
    for (const need of dependencies.get(name) ?? []) visit(need, [...way, name]);
    order.add(name);
  };
  for (const name of dependencies.keys()) visit(name, []);
  return [...order];
}

/** Returns the names of a stack's exports, where its parameters decide them. */
export function exportsOf(stack: PlannedStack): string[] {
  const { Outputs } = stack.template.content;
  return Object.values(isObject(Outputs) ? Outputs : {}).flatMap((output) =>
    isObject(output) && isObject(output.Export) ? textOf(output.Export.Name, stack) : [],
  );
}

function importsOf(stack: PlannedStack): string[] {
  const names: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isObject(value)) return;
    if ("Fn::ImportValue" in value) names.push(...textOf(value["Fn::ImportValue"], stack));
    Object.values(value).forEach(visit);
  };
  visit(stack.template.content);
  return names;
}

/** Returns the text that parameters and conditions decide; nothing where only CloudFormation knows it. */
function textOf(name: unknown, stack: PlannedStack): string[] {
  try {
    const text = evaluate(name, scopeOf(stack));
    return typeof text === "string" ? [text] : [];
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}
