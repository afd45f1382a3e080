import { templateError, validationError } from "../template/errors.ts";
import { evaluate, type Scope } from "../template/evaluate.ts";
import type { Value } from "../template/value.ts";
import { conditionReader, type Definition, inputScope } from "./definition.ts";
import type { CloudFormationState, OutputRecord, StackRecord } from "./records.ts";

interface ExportRecord {
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

/** Evaluates the stack's outputs, with every resource created. Throws if an export cannot change so. */
export function setOutputs(state: CloudFormationState, stack: StackRecord, definition: Definition): void {
  const outputs = evaluateOutputs(state, stack, definition);
  refuseExports(state, stack, outputs);
  stack.outputs = outputs;
}

/** Evaluates the outputs whose condition is true; every resource must exist. */
function evaluateOutputs(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
): OutputRecord[] {
  const scope = stackScope(state, stack, definition);
  const text = (value: Parameters<typeof evaluate>[0], place: string) => {
    const result = evaluate(value, scope, place);
    if (typeof result === "object" || result === undefined)
      throw templateError(`${place} must be text, not ${JSON.stringify(result)}`);
    return String(result);
  };
  return Object.entries(definition.template.outputs).flatMap(([name, output]) => {
    if (output.condition !== undefined && !scope.condition(output.condition)) return [];
    const { exportName } = output;
    return [
      {
        name,
        value: text(output.value, `/Outputs/${name}/Value`),
        description: output.description,
        exportName: exportName === undefined ? undefined : text(exportName, `/Outputs/${name}/Export/Name`),
      },
    ];
  });
}

/** Throws when the new outputs would change or remove an export in use, or use another stack's name. */
function refuseExports(state: CloudFormationState, stack: StackRecord, next: readonly OutputRecord[]): void {
  for (const { exportName, value } of next) {
    if (!exportName) continue;
    const taken = findExport(state, exportName);
    if (taken && taken.stack.id !== stack.id)
      throw validationError(
        `Export with name ${exportName} is already exported by stack ${taken.stack.name}.`,
      );
    const users = importers(state, exportName);
    if (taken && taken.value !== value && users.length > 0)
      throw validationError(
        `Export ${exportName} cannot be updated as it is in use by ${users.join(" and ")}`,
      );
  }
  const kept = new Set(next.map(({ exportName }) => exportName));
  for (const { exportName } of stack.outputs)
    if (exportName && !kept.has(exportName)) refuseRemoval(state, exportName);
}

export function refuseRemoval(state: CloudFormationState, exportName: string): void {
  const users = importers(state, exportName);
  if (users.length > 0)
    throw validationError(`Export ${exportName} cannot be deleted as it is in use by ${users.join(" and ")}`);
}
