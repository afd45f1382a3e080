import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readDataFile } from "../data-file.ts";
import { isObject } from "../task-definition.ts";

/** Family → content of a task definition file, with the outputs of stacks in the place of `<Name>`. */
export type TaskDefinitions = ReadonlyMap<string, unknown>;

/** Reads a map, family → content, of the task definitions in a folder's JSON and YAML files. */
export function readTaskDefinitions(folder: string, outputs: ReadonlyMap<string, unknown>): TaskDefinitions {
  const files = readdirSync(folder).filter((file) => /\.(json|ya?ml)$/.test(file));
  return new Map(
    files.flatMap((file) => {
      const content = readDataFile(join(folder, file));
      return isObject(content) && typeof content.family === "string"
        ? [[content.family, filled(content, outputs)] as const]
        : [];
    }),
  );
}

/** Replaces a text with placeholders by the list of their values. */
function filled(value: unknown, outputs: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(item, outputs));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member, outputs)]));
  const names = typeof value === "string" ? [...value.matchAll(/<(\w+)>/g)].map(([, name = ""]) => name) : [];
  const known = names.filter((name) => outputs.has(name));
  return known.length > 0 ? known.map((name) => outputs.get(name)) : value;
}
