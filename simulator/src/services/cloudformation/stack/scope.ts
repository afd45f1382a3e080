import { templateError, validationError } from "../template/errors.ts";
import { evaluate, type Scope } from "../template/evaluate.ts";
import type { Value } from "../template/value.ts";
import { conditionReader, type Definition, inputScope } from "./definition.ts";
import type { CloudFormationState, StackRecord } from "./records.ts";

export interface ExportRecord {
  readonly name: string;
  readonly value: string;
  readonly stack: StackRecord;
}

export function allExports({ stacks }: CloudFormationState): ExportRecord[] {
  return [...stacks.values()].flatMap((stack) =>
    stack.outputs.flatMap(({ exportName, value }) =>
      exportName ? [{ name: exportName, value, stack }] : [],
    ),
  );
}

export function findExport(state: CloudFormationState, name: string): ExportRecord | undefined {
  return allExports(state).find((entry) => entry.name === name);
}

export function importers({ stacks }: CloudFormationState, name: string): string[] {
  return [...stacks.values()].flatMap((stack) => (stack.imports.has(name) ? [stack.name] : []));
}

/** Scope of the expressions of a running stack: includes resources created so far, and other stacks' exports. */
export function stackScope(state: CloudFormationState, stack: StackRecord, definition: Definition): Scope {
  const inputs = inputScope(state.environment, stack, definition);
  return {
    ...inputs,
    ref: (name) => (definition.resources[name] ? record(stack, name).physicalId : inputs.ref(name)),
    attribute: (name, attribute) => {
      const value = record(stack, name).attributes[attribute];
      if (value === undefined || value === null) throw templateError(`resource ${name} has no ${attribute}`);
      return value;
    },
    condition: conditionReader(definition.conditions),
    importValue: (name) => {
      const found = findExport(state, name);
      if (!found) throw validationError(`No export named ${name} found.`);
      return found.value;
    },
  };
}

function record(stack: StackRecord, name: string) {
  const found = stack.resources.get(name);
  if (!found) throw templateError(`resource ${name} has not been created`);
  return found;
}

/** The names of all exports that the definition's resources and outputs import; they do not depend on resources. */
export function importedNames(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
): Set<string> {
  const names = new Set<string>();
  const scope: Scope = {
    ...stackScope(state, stack, definition),
    importValue: (name) => {
      names.add(name);
      return name;
    },
  };
  const visit = (value: Value) => {
    if (typeof value !== "object" || value === null) return;
    const choice = Array.isArray(value) ? undefined : value["Fn::If"];
    if (Array.isArray(choice)) visit(choice[scope.condition(String(choice[0])) ? 1 : 2] ?? null);
    else if (!Array.isArray(value) && value["Fn::ImportValue"] !== undefined)
      evaluate(value, scope, "Fn::ImportValue");
    else for (const inner of Object.values(value)) visit(inner);
  };
  for (const { properties } of Object.values(definition.resources)) visit(properties);
  for (const { value, condition } of Object.values(definition.template.outputs))
    if (condition === undefined || scope.condition(condition)) visit(value);
  return names;
}
