import { duplicateKeys, parseJsonText } from "../../shared/data-file.ts";
import { Failure } from "../../shared/failure.ts";
import type { InputReader } from "../../shared/inputs.ts";

/**
 * Returns the value of a JSON input; a fault becomes a problem without the text itself, which may be secret. Undefined
 * after a problem.
 */
export function readJsonInput(read: InputReader, name: string): unknown {
  const text = read.optional(name) ?? "";
  try {
    const value = parseJsonText(text, `Input ${name}`);
    for (const { key, line } of duplicateKeys(text, value))
      read.problem(`Input ${name} has "${key}" twice (again on line ${line})`);
    return value;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    read.problem(error.message);
    return undefined;
  }
}
