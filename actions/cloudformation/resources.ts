import { Failure } from "../core/failure.ts";
import { isObject } from "../core/is-object.ts";
import { findDependencies, inOrder } from "./dependencies.ts";
import { evaluate, type Scope, scopeOf } from "./evaluate.ts";
import type { PlannedStack } from "./template.ts";
import { rowOf } from "./types/table.ts";

/** A resource that the templates with these parameters create. */
export interface EvaluatedResource {
  readonly template: string;
  readonly logicalId: string;
  readonly type: string;
  /** Evaluated by `evaluate`. */
  readonly properties: { readonly [name: string]: unknown };
  readonly deletionPolicy: string;
}

/** Returns the resources of all stacks, without those that a condition leaves out, in the order of the stacks. */
export function evaluateResources(stacks: readonly PlannedStack[], region: string): EvaluatedResource[] {
  const scopes = scopesOf(stacks, region);
  return stacks.flatMap(({ template }) => {
    const scope = scopes.get(template.name);
    return scope ? resourcesIn(scope) : [];
  });
}

/** Returns template name → its scope, with the exports of the stacks before it. */
function scopesOf(stacks: readonly PlannedStack[], region: string): Map<string, Scope> {
  const exports = new Map<string, unknown>();
  const scopes = new Map<string, Scope>();
  for (const name of inOrder(findDependencies(stacks))) {
    const stack = stacks.find(({ template }) => template.name === name);
    if (!stack) continue;
    const { content, file } = stack.template;
    refuseMacros(content, file);
    const scope = scopeOf(stack, { region, exports });
    for (const [, output] of entriesIn("Outputs", scope))
      if (isObject(output.Export))
        exports.set(String(evaluate(output.Export.Name, scope)), evaluate(output.Value, scope));
    scopes.set(name, scope);
  }
  return scopes;
}

function resourcesIn(scope: Scope): EvaluatedResource[] {
  const { name, file } = scope.stack.template;
  return entriesIn("Resources", scope).map(([logicalId, resource]): EvaluatedResource => {
    if (typeof resource.Type !== "string")
      throw new Failure(`${file}: resource ${logicalId} has no Type`, { nextStep: "correct the template." });
    return {
      template: name,
      logicalId,
      type: resource.Type,
      properties: evaluate(resource.Properties ?? {}, scope) as EvaluatedResource["properties"],
      deletionPolicy: String(resource.DeletionPolicy ?? rowOf(resource.Type)?.deletionPolicy ?? "Delete"),
    };
  });
}

/** A macro may turn the template into any resources, which only CloudFormation knows. */
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

/** Returns the entries of a section that no condition leaves out. */
function entriesIn(section: string, scope: Scope): [string, { [key: string]: unknown }][] {
  const entries = scope.stack.template.content[section];
  return Object.entries(isObject(entries) ? entries : {}).flatMap(([name, entry]) =>
    isObject(entry) && (entry.Condition === undefined || scope.isTrue(String(entry.Condition)))
      ? [[name, entry]]
      : [],
  );
}
