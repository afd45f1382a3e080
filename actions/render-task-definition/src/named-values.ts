import { duplicateKeys, parseJsonText } from "../../core/data-file.ts";
import { Failure } from "../../core/failure.ts";
import type { InputReader, NumberedLine } from "../../core/inputs.ts";
import { isObject } from "../../core/task-definition.ts";
import { type Placed, parseTarget, splitTarget, type Target } from "./containers.ts";

/** A value to set, or with `value` undefined a name to remove; `undefined` itself only selects the container. */
export type Change = { readonly name: string; readonly value: string | undefined } | undefined;

export interface NamedValues {
  /** Name of the input that they come from. */
  readonly input: string;
  /** With `replace`, existing values of a targeted container that the changes do not contain are removed. */
  readonly mode: "merge" | "replace";
  readonly changes: readonly Placed<Change>[];
}

/** Format of an input's lines. */
interface Form {
  readonly expected: string;
  /** Whether a container's name may come first. */
  readonly scoped: boolean;
  /** The value of every name, where lines have none of their own. */
  readonly value?: string;
}

const pairs: Form = { expected: "[container:]NAME=value, or [container:]-NAME to remove one", scoped: true };
const tags: Form = { expected: "key=value, or -key to remove one", scoped: false };
// ECS API reference, EnvironmentFile.type: "The only supported value is s3."
const files: Form = {
  expected: "[container:]ARN, or [container:]-ARN to remove one",
  scoped: true,
  value: "s3",
};

/**
 * Reads lines, or JSON: an object of values by name, or by container and name, where null removes. Lines are cut at the
 * first `=` only; JSON values are literal.
 */
export function readNamedValues(read: InputReader, input: string): NamedValues {
  return readForm(read, input, pairs);
}

export function readTags(read: InputReader, input: string): NamedValues {
  return readForm(read, input, tags);
}

/** Reads ARNs of files in S3, one a line; they are the names, `s3` is the value. */
export function readFileArns(read: InputReader, input: string): NamedValues {
  return readForm(read, input, files);
}

function readForm(read: InputReader, input: string, form: Form): NamedValues {
  const mode = read.choice(`${input}-mode`, ["merge", "replace"], "merge");
  const text = read.optional(input);
  const changes = text?.startsWith("{")
    ? fromJson(read, input, form)
    : read.numberedLines(input).flatMap((line) => fromLine(read, input, line, form));
  if (mode === "replace") refuseUselessReplace(read, input, changes, text);
  return { input, mode, changes };
}

function refuseUselessReplace(
  read: InputReader,
  input: string,
  changes: readonly Placed<Change>[],
  text: string | undefined,
): void {
  const empty = `Input ${input}-mode is replace, but ${input} is empty (to remove all, use the JSON object {})`;
  if (text === undefined) read.problem(empty);
  for (const { value, place } of changes)
    if (value && value.value === undefined)
      read.problem(`${place} removes ${value.name}, which ${input}-mode: replace does anyway`);
}

function fromLine(read: InputReader, input: string, { number, text }: NumberedLine, form: Form) {
  const place = `Input ${input}, line ${number}`;
  const equals = form.value === undefined ? text.indexOf("=") : -1;
  // Only text before the value can name a container, and an ARN has colons of its own.
  const head = equals < 0 ? text : text.slice(0, equals);
  const whole = !form.scoped || /^-?arn:/.test(text);
  const { target, rest } = whole ? { target: undefined, rest: head } : splitTarget(head);
  const value = equals < 0 ? form.value : text.slice(equals + 1).trim();
  const change = changeFrom(rest.trim(), value, equals >= 0, form);
  const unscoped = target && changeFrom(head.trim(), value, equals >= 0, form);
  if (change) return [{ target, place, value: change, ...(unscoped && { whole: unscoped }) }];
  if (unscoped && unscoped.value === undefined) return [{ target: undefined, place, value: unscoped }];
  read.problem(`${place} is not of the form ${form.expected}`);
  return [];
}

/** Returns undefined for text in another form. */
function changeFrom(name: string, value: string | undefined, hasValue: boolean, form: Form): Change {
  const removed = name.startsWith("-") ? name.slice(1).trim() : undefined;
  const change = removed ? { name: removed, value: undefined } : { name, value };
  const valid = removed ? !hasValue : name !== "" && value !== undefined;
  return valid && (form !== files || change.name.startsWith("arn:")) ? change : undefined;
}

function fromJson(read: InputReader, input: string, form: Form): Placed<Change>[] {
  const given = readJsonInput(read, input);
  if (!isObject(given)) return [];
  if (Object.keys(given).length === 0)
    return [{ target: undefined, place: `Input ${input}`, value: undefined }];
  return Object.entries(given).flatMap(([key, value]) => {
    const place = `Input ${input}, "${key}"`;
    if (!form.scoped || !isObject(value)) return changeOf(read, place, undefined, key, value);
    const target = parseTarget(key);
    if (!target) read.problem(`${place} is an object, but its key is not a container name`);
    const members = Object.entries(value);
    if (members.length === 0) return [{ target, place, value: undefined }];
    return members.flatMap(([name, item]) => changeOf(read, `${place}, "${name}"`, target, name, item));
  });
}

function changeOf(
  read: InputReader,
  place: string,
  target: Target,
  name: string,
  value: unknown,
): Placed<Change>[] {
  if (value === null) return [{ target, place, value: { name, value: undefined } }];
  if (["string", "number", "boolean"].includes(typeof value))
    return [{ target, place, value: { name, value: String(value) } }];
  read.problem(`${place} is not a string, number, boolean or null`);
  return [];
}

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
