import { isObject } from "../task-definition.ts";

/**
 * Returns the parameters of a profile without reading an account: a lookup such as `{ "vpc": "LabVPC" }` becomes a text
 * that names it, `vpc LabVPC`.
 *
 * @param values parameters by template name, as in a profile's file
 */
export function withLookupsNamed(values: unknown): unknown {
  if (!isObject(values)) return values;
  return Object.fromEntries(
    Object.entries(values).map(([template, given]) => [
      template,
      isObject(given)
        ? Object.fromEntries(Object.entries(given).map(([name, value]) => [name, named(value)]))
        : given,
    ]),
  );
}

function named(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(named);
  const [[kind, name] = [], ...others] = isObject(value) ? Object.entries(value) : [];
  return typeof name === "string" && others.length === 0 ? `${kind} ${name}` : value;
}
