import schema from "../../report.schema.json" with { type: "json" };

export interface Schema {
  readonly [keyword: string]: unknown;
}

/** Returns what a report contradicts of its schema. Knows the keywords of JSON Schema that this one uses. */
export function faultsOf(value: unknown, at: Schema = schema, path = "report"): string[] {
  const ref = at.$ref as string | undefined;
  if (ref) return faultsOf(value, schema.$defs[ref.split("/").at(-1) as "score"], path);
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  const allowed = [at.type ?? type].flat();
  if (!allowed.includes(type) && !(allowed.includes("integer") && Number.isInteger(value)))
    return [`${path} is ${type}, not ${allowed.join(" or ")}`];
  const { minimum = -Infinity, maximum = Infinity } = at as { minimum?: number; maximum?: number };
  const isWrong =
    ("const" in at && at.const !== value) ||
    (Array.isArray(at.enum) && !at.enum.includes(value)) ||
    (typeof value === "number" && !(value >= minimum && value <= maximum)) ||
    (typeof value === "string" && typeof at.pattern === "string" && !new RegExp(at.pattern).test(value));
  if (isWrong) return [`${path} is ${value}`];
  if (Array.isArray(value))
    return value.flatMap((item, index) => faultsOf(item, at.items as Schema, `${path}[${index}]`));
  if (type !== "object") return [];
  const members = value as Record<string, unknown>;
  const properties = (at.properties ?? {}) as Record<string, Schema>;
  const missing = ((at.required ?? []) as string[]).filter((name) => !Object.hasOwn(members, name));
  return [
    ...missing.map((name) => `${path} lacks ${name}`),
    ...Object.entries(members).flatMap(([name, item]) => {
      const member = Object.hasOwn(properties, name) ? properties[name] : at.additionalProperties;
      if (member === false) return [`${path} has ${name}`];
      return member ? faultsOf(item, member as Schema, `${path}.${name}`) : [];
    }),
  ];
}
