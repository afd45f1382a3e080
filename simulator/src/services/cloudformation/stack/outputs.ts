import { templateError, validationError } from "../template/errors.ts";
import { evaluate } from "../template/evaluate.ts";
import type { Definition } from "./definition.ts";
import type { CloudFormationState, OutputRecord, StackRecord } from "./records.ts";
import { findExport, importers, stackScope } from "./scope.ts";

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
