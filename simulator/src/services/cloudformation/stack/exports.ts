import { validationError } from "../template/errors.ts";
import type { CloudFormationState, OutputRecord, StackRecord } from "./records.ts";

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

/** Throws when the new outputs would change or remove an export in use, or use another stack's name. */
export function refuseExports(
  state: CloudFormationState,
  stack: StackRecord,
  next: readonly OutputRecord[],
): void {
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
