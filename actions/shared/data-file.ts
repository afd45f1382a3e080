import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parseDocument } from "yaml";
import { Failure } from "./failure.ts";
import { findJsonError, lineAndColumn } from "./json-position.ts";

/** The value in a JSON file, or in a YAML file by its extension. A fault is named as `file:line:column`. */
export function readDataFile(path: string): unknown {
  return parseData(readTextFile(path), path);
}

export function readTextFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** As `readDataFile`, for a text that came from the file `path`. */
export function parseData(text: string, path: string): unknown {
  return /^\.ya?ml$/.test(extname(path)) ? parseYaml(text, path) : parseJson(text, path);
}

function parseYaml(text: string, path: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  const error = document.errors[0];
  if (error) throw malformed("YAML", path, text, error.pos[0], error.message, error);
  return document.toJS();
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = findJsonError(text) ?? 0;
    throw malformed("JSON", path, text, offset, sayJsonFault(text, offset), error);
  }
}

function sayJsonFault(text: string, offset: number): string {
  if (offset >= text.length) return "it ends too early";
  const before = text.slice(0, offset).trimEnd().at(-1);
  const found = JSON.stringify(text[offset]);
  return before === "," ? `${found} after a comma` : `${found} is not expected here`;
}

function malformed(kind: string, path: string, text: string, offset: number, fault: string, cause: unknown) {
  const { line, column } = lineAndColumn(text, offset);
  return new Failure(`${path}:${line}:${column} is not valid ${kind}: ${fault}`, {
    nextStep: `correct line ${line} of ${path}.`,
    cause,
  });
}
