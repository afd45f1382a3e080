import type { InputReader } from "./inputs.ts";

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
