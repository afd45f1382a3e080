import type { Keys } from "./data-file-positions.ts";

/**
 * `<NAME>`: begins with a capital letter or has a `-` or `_` in it, so that markup inside a container's command
 * (`<html>`) is none.
 */
const placeholder = /<(?=[A-Z]|[a-z][A-Za-z0-9]*[-_])([A-Za-z][A-Za-z0-9_-]*)>/g;

export interface Placeholder {
  readonly keys: Keys;
  /** Such as `containerDefinitions[customer].image`: list items that have a name are shown by it. */
  readonly path: string;
  readonly name: string;
}

/** Every placeholder in the strings of a value, keys included. */
export function findPlaceholders(value: unknown): Placeholder[] {
  const found: Placeholder[] = [];
  visitStrings(value, { path: "", keys: [] }, (text, place) => {
    for (const match of text.matchAll(placeholder)) found.push({ ...place, name: match[1] ?? "" });
  });
  return found;
}

/** The same text with each `<name>` that `values` knows replaced; others stay. */
export function fillText(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/<([A-Za-z][A-Za-z0-9_-]*)>/g, (whole, name: string) => values.get(name) ?? whole);
}

/** A copy of a JSON value with `fillText` done on every string; being values, they need no escaping. */
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
