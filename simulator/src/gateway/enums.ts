import { type Check, refuseBroken } from "../kit/constraints.ts";
import { AwsError } from "../kit/errors.ts";
import type { ServiceName } from "../services/api.ts";
import type { Protocol } from "../services/definition.ts";
import { definitions } from "../services/index.ts";
import { membersOf, type Schema } from "./schema.ts";
import { readDeclarations } from "./sdk-files.ts";

/** Allowed values of members: by the name of the structure, then of the member. */
type Enums = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

const loaded = new Map<string, Enums>();

/**
 * Returns the enumerations of an SDK client. Its schemas type such a member as text; the package's TypeScript
 * declarations have the values.
 * @param client such as `ecs` of `@aws-sdk/client-ecs`
 */
export function enumsOf(client: string): Enums {
  const known = loaded.get(client);
  if (known) return known;
  const enums = parseEnums(readDeclarations(client));
  loaded.set(client, enums);
  return enums;
}

function parseEnums(declarations: string): Enums {
  const values = new Map<string, readonly string[]>();
  for (const [, name = "", body = ""] of declarations.matchAll(/^export declare const (\w+): \{([^}]*)\}/gm))
    values.set(
      name,
      [...body.matchAll(/: "([^"]*)"/g)].map(([, value = ""]) => value),
    );
  const enums = new Map<string, ReadonlyMap<string, readonly string[]>>();
  for (const [, name = "", body = ""] of declarations.matchAll(/^export interface (\w+) \{\n(.*?)^\}/gms)) {
    const members = [...body.matchAll(/^ {2}(\w+)\??:\s*(\w+)/gm)].flatMap(([, member = "", type = ""]) => {
      const allowed = values.get(type);
      return allowed ? [[member, allowed] as const] : [];
    });
    if (members.length > 0) enums.set(name, new Map(members));
  }
  return enums;
}

/** Error codes for an invalid enum value of services without their own. */
const codesOfProtocols: Readonly<Record<Protocol, string>> = {
  "awsJson1.0": "ValidationException",
  "awsJson1.1": "ValidationException",
  awsQuery: "ValidationError",
  ec2Query: "InvalidParameterValue",
  restJson1: "ValidationException",
  restXml: "InvalidArgument",
  rpcv2Cbor: "ValidationException",
};

interface CheckedCall {
  readonly service: ServiceName;
  readonly protocol: Protocol;
  readonly operation: string;
  /** The service's schemas, among them those of its errors. */
  readonly module: Record<string, unknown>;
}

/** Throws AWS's error for a member whose value is missing in its enumeration. */
export function refuseUnknownValues(call: CheckedCall, enums: Enums, schema: Schema, input: object): void {
  const broken = [...unknownValues(enums, schema, input, "")];
  const [first] = broken;
  if (first && call.protocol === "ec2Query") {
    const [path, value] = first;
    throw new AwsError("InvalidParameterValue", `Invalid value '${value}' for ${memberOf(path)}.`);
  }
  if (first) refuseBroken(codeOf(call, first[0]), broken);
}

/** CodeDeploy and CodeCommit have an exception for each member: InvalidComputePlatformException. */
function codeOf({ service, protocol, operation, module }: CheckedCall, path: string): string {
  const own = `Invalid${memberOf(path)}Exception`;
  if (protocol === "awsJson1.1" && module[`${own}$`]) return own;
  if (operation === "RegisterTaskDefinition") return "ClientException";
  return definitions[service].invalidValue ?? codesOfProtocols[protocol];
}

/** Returns the last member of a path, with a capital. */
function memberOf(path: string): string {
  const member = path.slice(path.lastIndexOf(".") + 1);
  return member.charAt(0).toUpperCase() + member.slice(1);
}

function* unknownValues(enums: Enums, schema: Schema, value: unknown, path: string): Generator<Check> {
  if (value === undefined || value === null) return;
  if (schema.isListSchema()) {
    for (const [index, item] of (value as unknown[]).entries())
      yield* unknownValues(enums, schema.getValueSchema(), item, `${path}.${index + 1}.member`);
  } else if (schema.isMapSchema()) {
    for (const [key, item] of Object.entries(value))
      yield* unknownValues(enums, schema.getValueSchema(), item, `${path}.${key}.member`);
  } else if (schema.isStructSchema()) {
    const allowed = enums.get(schema.getName() ?? "");
    for (const { name, schema: memberSchema } of membersOf(schema)) {
      const member = (value as Record<string, unknown>)[name];
      const at = `${path && `${path}.`}${name.charAt(0).toLowerCase()}${name.slice(1)}`;
      const values = allowed?.get(name);
      if (values) yield* [member].flat().flatMap((each) => checkOf(each, at, values));
      else yield* unknownValues(enums, memberSchema, member, at);
    }
  }
}

function checkOf(value: unknown, path: string, values: readonly string[]): Check[] {
  return typeof value === "string" && !values.includes(value) ? [[path, value, { values }]] : [];
}
