/** This file imports nothing, so that bundles that only check data contain no AWS client. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
