import {
  fromScalar,
  type Member,
  membersOf,
  missingMember,
  type Schema,
  typeName,
  unknownMember,
  wrongType,
} from "./schema.ts";

/** A form's parameters as a tree: `Tags.member.1.Key=a` is `{Tags: {member: {1: {Key: "a"}}}}`. */
interface FormTree {
  [name: string]: FormTree | string;
}

export function formTree(parameters: Iterable<[string, string]>): FormTree {
  const root: FormTree = Object.create(null);
  for (const [name, value] of parameters) {
    const steps = name.split(".");
    let node = root;
    for (const step of steps.slice(0, -1)) node = child(node, step);
    const last = steps.at(-1) ?? name;
    // An empty list is sent as `Name=`; an earlier value keeps its children.
    if (typeof node[last] !== "object") node[last] = value;
  }
  return root;
}

function child(node: FormTree, step: string): FormTree {
  const existing = node[step];
  if (typeof existing === "object") return existing;
  const created: FormTree = Object.create(null);
  node[step] = created;
  return created;
}

type Dialect = "awsQuery" | "ec2Query";

/**
 * Reads a request of the AWS query protocols by its schema.
 * Source: Smithy 2.0 specification, awsQuery and ec2Query (the latter flattens every list and renames members).
 * Throws ShapeError for an unknown parameter, a wrong type or a missing required one.
 */
export function fromForm(dialect: Dialect, schema: Schema, form: FormTree, path = ""): object {
  const members = membersOf(schema);
  const byWireName = new Map(members.map((member) => [wireName(dialect, member), member]));
  const result: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(form)) {
    const at = path ? `${path}.${name}` : name;
    const member = byWireName.get(name);
    if (!member) throw unknownMember(at, members);
    result[member.name] = fromNode(dialect, member.schema, node, at);
  }
  for (const { name, required } of members)
    if (required && result[name] === undefined) throw missingMember(path ? `${path}.${name}` : name);
  return result;
}

function wireName(dialect: Dialect, { name, schema }: Member): string {
  const traits = schema.getMergedTraits() as { ec2QueryName?: string; xmlName?: string };
  if (dialect === "awsQuery") return traits.xmlName ?? name;
  const xmlName = traits.xmlName ?? name;
  return traits.ec2QueryName ?? xmlName[0]?.toUpperCase() + xmlName.slice(1);
}

function fromNode(dialect: Dialect, schema: Schema, node: FormTree | string, path: string): unknown {
  if (schema.isListSchema()) return list(dialect, schema, node, path);
  if (schema.isMapSchema()) return map(dialect, schema, node, path);
  if (schema.isStructSchema()) {
    if (typeof node === "string") throw wrongType(path, "a structure");
    return fromForm(dialect, schema, node, path);
  }
  if (typeof node !== "string") throw wrongType(path, typeName(schema));
  return fromScalar(schema, node, path, "an ISO 8601 timestamp");
}

function list(dialect: Dialect, schema: Schema, node: FormTree | string, path: string): unknown[] {
  if (node === "") return [];
  if (typeof node === "string") throw wrongType(path, "a list");
  const traits = schema.getMergedTraits() as { xmlFlattened?: number };
  const itemName = (schema.getValueSchema().getMergedTraits() as { xmlName?: string }).xmlName ?? "member";
  const flattened = dialect === "ec2Query" || Boolean(traits.xmlFlattened);
  const items = flattened ? node : node[itemName];
  if (typeof items !== "object") throw wrongType(`${path}.${itemName}`, "a numbered list");
  return numbered(items, path).map(([index, item]) =>
    fromNode(dialect, schema.getValueSchema(), item, `${path}.${index}`),
  );
}

function map(dialect: Dialect, schema: Schema, node: FormTree | string, path: string): object {
  if (node === "") return {};
  if (typeof node === "string" || typeof node.entry !== "object") throw wrongType(path, "a map");
  return Object.fromEntries(
    numbered(node.entry, path).map(([index, entry]) => {
      const at = `${path}.entry.${index}`;
      if (typeof entry === "string" || typeof entry.key !== "string" || entry.value === undefined)
        throw wrongType(at, "a key and a value");
      return [entry.key, fromNode(dialect, schema.getValueSchema(), entry.value, at)];
    }),
  );
}

function numbered(items: FormTree, path: string): [string, FormTree | string][] {
  const entries = Object.entries(items);
  for (const [index] of entries)
    if (!/^[1-9]\d*$/.test(index)) throw wrongType(`${path}.${index}`, "a number");
  return entries.sort(([a], [b]) => Number(a) - Number(b));
}
