import { type FieldName, fieldNames } from "../domain/supplier.ts";
import { ImportRefusal } from "./import-refusal.ts";

/** The columns' fields in the order of the header row; throws an `ImportRefusal` unless each stands there once. */
export function readColumns(header: readonly string[]): readonly FieldName[] {
  const names = header.map((name) => name.trim().toLowerCase());
  const isField = (name: string): name is FieldName => fieldNames.some((field) => field === name);
  const columns = names.filter(isField);
  const missing = fieldNames.filter((name) => !columns.includes(name));
  const unknown = header.filter((_, index) => !isField(names[index] ?? ""));
  const doubled = fieldNames.filter((name) => columns.indexOf(name) !== columns.lastIndexOf(name));
  if (missing.length + unknown.length + doubled.length > 0)
    throw new ImportRefusal({ kind: "wrong-columns", missing, unknown, doubled });
  return columns;
}
