import { Failure } from "../failure.ts";
import { isObject } from "../task-definition.ts";
import { conditionsOf } from "./conditions.ts";
import { findDependencies, inOrder, type PlannedStack } from "./dependencies.ts";
import { evaluate } from "./evaluate.ts";
import type { Scope } from "./scope.ts";

/** A resource that the templates with these parameters create. */
export interface EvaluatedResource {
  readonly template: string;
  readonly logicalId: string;
  readonly type: string;
  /** As `evaluate` leaves them. */
  readonly properties: { readonly [name: string]: unknown };
  readonly deletionPolicy: string;
}

/** The resources of all stacks, those left out by a condition excepted; in the order of the stacks. */
export function evaluateResources(stacks: readonly PlannedStack[], region: string): EvaluatedResource[] {
  const order = inOrder(findDependencies(stacks));
  if ("circle" in order)
    throw new Failure(`The templates import from each other in a circle: ${order.circle.join(", ")}`, {
      nextStep: "move what both need into a template of its own.",
    });
  const exports = new Map<string, unknown>();
  const found = new Map<string, EvaluatedResource[]>();
  for (const name of order) {
    const stack = stacks.find(({ template }) => template.name === name);
    if (stack) found.set(name, evaluateStack(stack, region, exports));
  }
  return stacks.flatMap(({ template }) => found.get(template.name) ?? []);
}

function evaluateStack(stack: PlannedStack, region: string, exports: Map<string, unknown>) {
  const { content, name, file } = stack.template;
  refuseMacros(content, file);
  const scope: Scope = { stack, region, exports, isTrue: conditionsOf(content, () => scope) };
  const exists = (entry: { [key: string]: unknown }) =>
    entry.Condition === undefined || scope.isTrue(String(entry.Condition));
  const resources = entriesOf(content.Resources).filter(([, resource]) => exists(resource));
  for (const [, output] of entriesOf(content.Outputs)) {
    if (!isObject(output.Export) || !exists(output)) continue;
    exports.set(String(evaluate(output.Export.Name, scope)), evaluate(output.Value, scope));
  }
  return resources.map(([logicalId, resource]): EvaluatedResource => {
    if (typeof resource.Type !== "string")
      throw new Failure(`${file}: resource ${logicalId} has no Type`, { nextStep: "correct the template." });
    return {
      template: name,
      logicalId,
      type: resource.Type,
      properties: evaluate(resource.Properties ?? {}, scope) as EvaluatedResource["properties"],
      deletionPolicy: String(resource.DeletionPolicy ?? "Delete"),
    };
  });
}

/** A macro may make any resource of what stands in the template: only CloudFormation can tell which. */
function refuseMacros(content: { readonly [section: string]: unknown }, file: string): void {
  const loop = Object.keys(isObject(content.Resources) ? content.Resources : {}).find((name) =>
    name.startsWith("Fn::"),
  );
  const macro = content.Transform === undefined ? loop : `Transform ${JSON.stringify(content.Transform)}`;
  if (macro === undefined) return;
  throw new Failure(`${file} uses ${macro}, which only CloudFormation can expand`, {
    nextStep: "write the resources out, or leave this template out.",
  });
}

function entriesOf(section: unknown): [string, { [key: string]: unknown }][] {
  return Object.entries(isObject(section) ? section : {}).flatMap(([name, entry]) =>
    isObject(entry) ? [[name, entry]] : [],
  );
}
