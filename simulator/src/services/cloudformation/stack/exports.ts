import { validationError } from "../template/errors.ts";
import type { OutputRecord, StackRecord, World } from "./records.ts";

export interface ExportRecord {
  readonly name: string;
  readonly value: string;
  readonly stack: StackRecord;
}

export function allExports({ stacks }: World): ExportRecord[] {
  return [...stacks.values()].flatMap((stack) =>
    stack.outputs.flatMap(({ exportName, value }) =>
      exportName ? [{ name: exportName, value, stack }] : [],
    ),
  );
}

export function findExport(world: World, name: string): ExportRecord | undefined {
  return allExports(world).find((entry) => entry.name === name);
}

export function importers({ stacks }: World, name: string): string[] {
  return [...stacks.values()].flatMap((stack) => (stack.imports.has(name) ? [stack.name] : []));
}

/** Throws when the new outputs would change or remove an export in use, or use another stack's name. */
export function refuseExports(world: World, stack: StackRecord, next: readonly OutputRecord[]): void {
  for (const { exportName, value } of next) {
    if (!exportName) continue;
    const taken = findExport(world, exportName);
    if (taken && taken.stack.id !== stack.id)
      throw validationError(
        `Export with name ${exportName} is already exported by stack ${taken.stack.name}.`,
      );
    const users = importers(world, exportName);
    if (taken && taken.value !== value && users.length > 0)
      throw validationError(
        `Export ${exportName} cannot be updated as it is in use by ${users.join(" and ")}`,
      );
  }
  const kept = new Set(next.map(({ exportName }) => exportName));
  for (const { exportName } of stack.outputs)
    if (exportName && !kept.has(exportName)) refuseRemoval(world, exportName);
}

export function refuseRemoval(world: World, exportName: string): void {
  const users = importers(world, exportName);
  if (users.length > 0)
    throw validationError(`Export ${exportName} cannot be deleted as it is in use by ${users.join(" and ")}`);
}
