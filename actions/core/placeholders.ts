import type { Keys } from "./data-file.ts";
import type { InputReader } from "./inputs.ts";

/** Matches `<NAME>`, `<account-id>` or `<endpoint>`: names that an input can give a value. */
const placeholder = /<([A-Za-z][A-Za-z0-9_-]*)>/g;

/** In free text, `List<String>`, `Usage: app <file>` and HTML are not placeholders. */
const inFreeText = /<([A-Z][A-Z0-9_]*)>/g;

/** In an ARN, a role, an image or a host, nothing belongs between angle brackets. */
const inReference = /<([A-Za-z][^<>]*)>/g;

/** An ARN, a URL or host with a part in angle brackets, or nothing but a capitalized name such as `<DatabasePort>`. */
const reference =
  /^(?:arn:|(?:[a-z][a-z0-9+.-]*:)+\/\/[^\s/?#<]*<[^<>]+>|<[^<>]+>[.:][\w.:-]+$|<[A-Z][\w-]*>$)/;

/** Log options that are names; the others are patterns and formats. */
const namingOptions = ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"];

/** Returns whether a member of a task definition is the user's own text, such as a variable or a command. */
function isFreeText(keys: Keys): boolean {
  const [owner, last] = [String(keys.at(-2)), String(keys.at(-1))];
  if (last === "value") return keys.at(-3) === "environment";
  if (owner === "options") return !namingOptions.includes(last);
  return ["command", "entryPoint", "dockerLabels"].includes(owner);
}

function patternFor(text: string, keys: Keys): RegExp {
  if (reference.test(text)) return inReference;
  return isFreeText(keys) || /\s/.test(text.replace(inReference, "")) ? inFreeText : inReference;
}

/** Markup is not a placeholder: void elements, and those whose end is in the text. */
const elements =
  /^(html|head|body|title|meta|link|base|br|hr|img|input|p|li|td|th|tr|dt|dd|option|source|wbr)$/;

function isMarkup(name: string, text: string): boolean {
  return elements.test(name) || text.includes(`</${name}>`);
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = ""]) => name).filter((name) => !isMarkup(name, text));
}

/** Returns whether the text of a whole file can have placeholders. */
export function mayHavePlaceholders(text: string): boolean {
  return namesIn(text, placeholder).length > 0;
}

export interface Placeholder {
  readonly keys: Keys;
  /** Such as `containerDefinitions[customer].image`: list items that have a name are shown by it. */
  readonly path: string;
  readonly name: string;
}

/** Finds every placeholder in the strings of a value, keys included. */
export function findPlaceholders(value: unknown): Placeholder[] {
  const found: Placeholder[] = [];
  visitStrings(value, { path: "", keys: [] }, (text, place) => {
    for (const name of namesIn(text, patternFor(text, place.keys))) found.push({ ...place, name });
  });
  return found;
}

/** Replaces each `<name>` that `values` knows; others stay. */
export function fillText(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(placeholder, (whole, name: string) => values.get(name) ?? whole);
}

/** Copies a JSON value with `fillText` done on every string; being values, they need no escaping. */
export function fillPlaceholders(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return fillText(value, values);
  if (Array.isArray(value)) return value.map((item) => fillPlaceholders(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [fillText(key, values), fillPlaceholders(item, values)]),
  );
}

type Place = Omit<Placeholder, "name">;

function visitStrings(value: unknown, place: Place, visit: (text: string, place: Place) => void): void {
  const { path, keys } = place;
  if (typeof value === "string") {
    visit(value, place);
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => {
      visitStrings(item, { path: `${path}[${item?.name ?? index}]`, keys: [...keys, index] }, visit);
    });
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const at = { path: path ? `${path}.${key}` : key, keys: [...keys, key] };
      visit(key, at);
      visitStrings(item, at, visit);
    }
  }
}

type Values = Record<string, string | number | boolean>;

/**
 * Reads placeholder name, without the angle brackets → value, from an input that is a JSON object; empty when not
 * given.
 */
export function readPlaceholderValues(read: InputReader, name: string): ReadonlyMap<string, string> {
  const values = read.json(name, "a JSON object of strings or numbers by name", isValues, {});
  return new Map(Object.entries(values).map(([key, value]) => [key, String(value)]));
}

function isValues(value: unknown): value is Values {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => ["string", "number", "boolean"].includes(typeof item))
  );
}
