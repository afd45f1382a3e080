import { isObject } from "../core/is-object.ts";
import type { Template } from "./template.ts";

/** A template with the name and the parameter values of its stack. */
export interface PlannedStack {
  readonly template: Template;
  readonly stackName: string;
  /** Values that differ from the template's defaults. */
  readonly parameters: ReadonlyMap<string, string>;
}

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

/** Returns the templates, dependencies first; a Failure's text when they form a circle. */
export function inOrder(
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
): string[] | { circle: string[] } {
  const order: string[] = [];
  const waiting = new Map([...dependencies].map(([name, needs]) => [name, new Set(needs)]));
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, needs]) => [...needs].every((need) => order.includes(need)));
    if (ready.length === 0) return { circle: [...waiting.keys()] };
    for (const [name] of ready) {
      order.push(name);
      waiting.delete(name);
    }
  }
  return order;
}

/** Returns the names of a stack's exports, where its parameters decide them. */
export function exportsOf(stack: PlannedStack): string[] {
  const outputs = Object.values(
    isObject(stack.template.content.Outputs) ? stack.template.content.Outputs : {},
  );
  const names = outputs.map((output) =>
    isObject(output) && isObject(output.Export) ? resolve(output.Export.Name, stack) : undefined,
  );
  return names.filter((name) => name !== undefined);
}

function importsOf(stack: PlannedStack): string[] {
  const names: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isObject(value)) return;
    const name = resolve(value["Fn::ImportValue"], stack);
    if (name !== undefined) names.push(name);
    Object.values(value).forEach(visit);
  };
  visit(stack.template.content);
  return names;
}

/** Returns the text of a string, Ref or Sub over parameters; undefined where only CloudFormation knows it. */
function resolve(value: unknown, stack: PlannedStack): string | undefined {
  if (typeof value === "string") return value;
  if (!isObject(value)) return undefined;
  if (typeof value.Ref === "string") return lookUp(value.Ref, stack);
  const text = value["Fn::Sub"];
  if (typeof text !== "string") return undefined;
  const known = [...text.matchAll(/\$\{([^}!]+)\}/g)].every(
    ([, name = ""]) => lookUp(name, stack) !== undefined,
  );
  return known ? text.replace(/\$\{([^}!]+)\}/g, (_, name: string) => lookUp(name, stack) ?? "") : undefined;
}

function lookUp(name: string, { stackName, parameters, template }: PlannedStack): string | undefined {
  if (name === "AWS::StackName") return stackName;
  return parameters.get(name) ?? template.parameters[name]?.default;
}
