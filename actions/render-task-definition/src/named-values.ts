import { duplicateKeys, parseJsonText } from "../../core/data-file.ts";
import { Failure } from "../../core/failure.ts";
import type { InputReader, NumberedLine } from "../../core/inputs.ts";
import { isObject } from "../../core/is-object.ts";
import { type Placed, splitTarget } from "./containers.ts";

/** A value to set, or with `value` undefined a name to remove. */
export interface Change {
  readonly name: string;
  readonly value: string | undefined;
}

export interface NamedValues {
  /** Name of the input that they come from. */
  readonly input: string;
  readonly changes: readonly Placed<Change>[];
}

/**
 * Reads lines, or JSON: an object of values by name, where null removes. Lines are cut at the first `=` only; JSON values
 * are literal.
 */
export function readNamedValues(read: InputReader, input: string): NamedValues {
  const changes = read.optional(input)?.startsWith("{")
    ? fromJson(read, input)
    : read.numberedLines(input).flatMap((line) => fromLine(read, input, line));
  return { input, changes };
}

function fromLine(read: InputReader, input: string, { number, text }: NumberedLine): Placed<Change>[] {
  const place = `Input ${input}, line ${number}`;
  const equals = text.indexOf("=");
  // Only text before the value can name a container.
  const head = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? undefined : text.slice(equals + 1).trim();
  const { target, rest } = splitTarget(head);
  const change = toChange(rest.trim(), value);
  const whole = target && toChange(head.trim(), value);
  if (change) return [{ target, place, value: change, ...(whole && { whole }) }];
  if (whole && value === undefined) return [{ target: undefined, place, value: whole }];
  read.problem(`${place} is not of the form [container:]NAME=value, or [container:]-NAME to remove one`);
  return [];
}

/** Returns undefined for text in another form. */
function toChange(name: string, value: string | undefined): Change | undefined {
  const removed = name.startsWith("-") ? name.slice(1).trim() : "";
  if (removed) return value === undefined ? { name: removed, value } : undefined;
  return name !== "" && value !== undefined ? { name, value } : undefined;
}

function fromJson(read: InputReader, input: string): Placed<Change>[] {
  const given = readJsonInput(read, input);
  return Object.entries(isObject(given) ? given : {}).flatMap(([name, value]) => {
    const place = `Input ${input}, "${name}"`;
    if (value === null || ["string", "number", "boolean"].includes(typeof value))
      return [
        { target: undefined, place, value: { name, value: value === null ? undefined : String(value) } },
      ];
    read.problem(`${place} is not a string, number, boolean or null`);
    return [];
  });
}

/**
 * Returns the value of a JSON input; a fault becomes a problem without the text itself, which may be secret. Undefined
 * after a problem.
 */
export function readJsonInput(read: InputReader, name: string): unknown {
  const text = read.optional(name) ?? "";
  try {
    const value = parseJsonText(text, `Input ${name}`);
    for (const { key, line } of duplicateKeys(text))
      read.problem(`Input ${name} has "${key}" twice (again on line ${line})`);
    return value;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    read.problem(error.message);
    return undefined;
  }
}
