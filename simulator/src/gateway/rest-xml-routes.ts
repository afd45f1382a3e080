import { queryOf } from "./rest.ts";
import { httpOf, membersOf, type Schema, schemaOf, traitsOf } from "./schema.ts";
import type { Message } from "./signature.ts";

/** `/bucket/key`: S3's labels in the path; its model leaves the bucket to the endpoint. */
export function pathLabels(url: string): { Bucket?: string; Key?: string } {
  const [, Bucket = "", Key = ""] = /^\/([^/]*)(?:\/(.*))?$/s.exec(url.split("?")[0] ?? "") ?? [];
  return {
    ...(Bucket === "" ? {} : { Bucket: decode(Bucket) }),
    ...(Key === "" ? {} : { Key: decode(Key) }),
  };
}

/** Returns badly encoded text unchanged: no bucket or object has that name. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Candidate {
  readonly name: string;
  readonly method: string;
  readonly labels: string;
  /** Required names in the query, with their values where those are fixed. */
  readonly literals: readonly (readonly [string, string])[];
  /** Required parameters of the query and headers. */
  readonly query: readonly string[];
  readonly headers: readonly string[];
}

const candidates = new WeakMap<object, readonly Candidate[]>();

/**
 * Returns the operation that fits a request by method, path and parameters; of several, the one with most required
 * parameters.
 */
export function findXmlOperation(module: Record<string, unknown>, message: Message): string | undefined {
  const known = candidates.get(module) ?? Object.values(module).flatMap(candidateOf);
  candidates.set(module, known);
  const query = queryOf(message.url);
  const labels = Object.keys(pathLabels(message.url)).join();
  const fitting = known.filter(
    (candidate) =>
      candidate.method === message.method &&
      candidate.labels === labels &&
      candidate.literals.every(([name, value]) => query.has(name) && query.get(name) === value) &&
      candidate.query.every((name) => query.has(name)) &&
      candidate.headers.every((name) => message.headers[name] !== undefined),
  );
  const asked = query.get("x-id");
  const weight = ({ name, literals, query: needed, headers }: Candidate) =>
    2 * (literals.length + needed.length + headers.length) + (name === asked ? 1 : 0);
  return fitting.sort((a, b) => weight(b) - weight(a))[0]?.name;
}

function candidateOf(schema: unknown): Candidate[] {
  const [method, template] = httpOf(schema) ?? [];
  if (method === undefined || template === undefined) return [];
  const [, , name, , input] = schema as [number, string, string, object, unknown];
  const inputSchema = schemaOf(input);
  const members = inputSchema.isStructSchema() ? membersOf(inputSchema) : [];
  const required = members.filter((member) => member.required).map((member) => traitsOf(member.schema));
  const literals = [...queryOf(template)].filter(([parameter]) => parameter !== "x-id");
  return [
    {
      name,
      method,
      labels: members.flatMap((member) => labelName(member.name, member.schema)).join(),
      literals,
      query: required.flatMap(({ httpQuery }) => (httpQuery ? [httpQuery] : [])),
      headers: required.flatMap(({ httpHeader }) => (httpHeader ? [httpHeader.toLowerCase()] : [])),
    },
  ];
}

function labelName(name: string, schema: Schema): string[] {
  return traitsOf(schema).httpLabel ? [name] : [];
}
