/** A value in a parsed template: JSON, with intrinsic functions as one-key objects. */
export type Value = null | string | number | boolean | Value[] | { [name: string]: Value };

export type Mapping = { [name: string]: Value };

export function isMapping(value: Value | undefined): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns whether the content is the same, in any order of keys. */
export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: Value | undefined): string {
  return JSON.stringify(value ?? null, (_, inner) =>
    isMapping(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
