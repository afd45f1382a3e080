import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from "yaml";
import type { ResourceTypes } from "../resources/resource-type.ts";
import { formatError, validationError } from "./errors.ts";
import { isMapping, type Mapping, type Value } from "./value.ts";

export type DeletionPolicy = "Delete" | "Retain" | "RetainExceptOnCreate" | "Snapshot";

export interface ResourceDeclaration {
  readonly type: string;
  readonly properties: Mapping;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  readonly deletionPolicy: DeletionPolicy;
  /** False where the policy is the type's default. */
  readonly hasDeletionPolicy: boolean;
  readonly updateReplacePolicy: DeletionPolicy;
}

interface OutputDeclaration {
  readonly value: Value;
  readonly description: string | undefined;
  readonly condition: string | undefined;
  readonly exportName: Value | undefined;
}

/** A template whose sections have been checked; the expressions inside are not evaluated yet. */
export interface Template {
  readonly body: string;
  readonly description: string | undefined;
  readonly parameters: Readonly<Record<string, Mapping>>;
  readonly mappings: Readonly<Record<string, Value>>;
  readonly conditions: Readonly<Record<string, Value>>;
  readonly resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly outputs: Readonly<Record<string, OutputDeclaration>>;
  readonly rules: Readonly<Record<string, Value>>;
}

const sections = [
  "AWSTemplateFormatVersion",
  "Description",
  "Metadata",
  "Parameters",
  "Mappings",
  "Conditions",
  "Rules",
  "Transform",
  "Resources",
  "Outputs",
];
const resourceKeys = [
  "Type",
  "Properties",
  "DependsOn",
  "Condition",
  "Metadata",
  "DeletionPolicy",
  "UpdateReplacePolicy",
];

/** Reads and checks the parts; throws ValidationError naming the place. */
export function readTemplate(body: string, types: ResourceTypes): Template {
  const raw = parseTemplate(body);
  refuseUnknown(raw, sections, (names) => `Invalid template property or properties [${names}]`);
  const version = raw.AWSTemplateFormatVersion;
  if (version !== undefined && version !== "2010-09-09")
    throw formatError("unsupported value for AWSTemplateFormatVersion.");
  if (raw.Transform !== undefined)
    throw formatError(`the transform ${JSON.stringify(raw.Transform)} is not supported by the simulator`);
  const declared = section(raw, "Resources");
  const Parameters = section(raw, "Parameters");
  for (const name of Object.keys(Parameters))
    if (!/^[A-Za-z0-9]+$/.test(name)) throw formatError(`Parameter name ${name} is non alphanumeric.`);
  if (Object.keys(declared).length === 0) throw formatError("At least one Resources member must be defined.");
  const resources = mapValues(declared, (value, id) => readResource(value, id, types));
  refuseMalformedTypes(resources);
  for (const [id, { type, deletionPolicy, updateReplacePolicy }] of Object.entries(resources)) {
    if ([deletionPolicy, updateReplacePolicy].includes("Snapshot") && types[type] && !types[type].snapshot)
      throw formatError(
        `Resource ${id} of type ${type} cannot be snapshotted: its DeletionPolicy and UpdateReplacePolicy must be Delete or Retain`,
      );
  }
  return {
    body,
    description: typeof raw.Description === "string" ? raw.Description : undefined,
    parameters: mapValues(Parameters, (value, id) => mapping(value, `/Parameters/${id}`)),
    mappings: section(raw, "Mappings"),
    conditions: section(raw, "Conditions"),
    resources,
    outputs: mapValues(section(raw, "Outputs"), readOutput),
    rules: section(raw, "Rules"),
  };
}

/** Throws for types of resources that the simulator does not support. */
export function refuseUnsupportedTypes(resources: Template["resources"], types: ResourceTypes): void {
  const unknown = new Set(Object.values(resources).flatMap(({ type }) => (types[type] ? [] : [type])));
  if (unknown.size > 0)
    throw validationError(
      `The simulator does not make resources of these types: [${[...unknown].join(", ")}]. Check their spelling, or leave them out here. It makes: ${Object.keys(types).join(", ")}`,
    );
}

function readResource(value: Value, id: string, types: ResourceTypes): ResourceDeclaration {
  if (!/^[A-Za-z0-9]+$/.test(id)) throw formatError(`Resource name ${id} is non alphanumeric.`);
  const place = `/Resources/${id}`;
  const raw = mapping(value, place);
  refuseUnknown(
    raw,
    resourceKeys,
    (names) =>
      `Invalid template resource property '${names}' (${place}); the simulator knows ${resourceKeys}`,
  );
  if (typeof raw.Type !== "string")
    throw formatError(`[${place}] Every Resources object must contain a Type member.`);
  const dependsOn = raw.DependsOn ?? [];
  return {
    type: raw.Type,
    properties: mapping(raw.Properties ?? {}, `${place}/Properties`),
    dependsOn: (Array.isArray(dependsOn) ? dependsOn : [dependsOn]).map(String),
    condition: optionalText(raw.Condition, `${place}/Condition`),
    hasDeletionPolicy: raw.DeletionPolicy !== undefined,
    deletionPolicy:
      readPolicy(raw.DeletionPolicy, `${place}/DeletionPolicy`) ??
      (types[raw.Type]?.keptBySnapshot ? "Snapshot" : "Delete"),
    updateReplacePolicy: readPolicy(raw.UpdateReplacePolicy, `${place}/UpdateReplacePolicy`) ?? "Delete",
  };
}

function readPolicy(value: Value | undefined, place: string): DeletionPolicy | undefined {
  if (value === undefined) return undefined;
  if (value === "Delete" || value === "Retain" || value === "RetainExceptOnCreate" || value === "Snapshot")
    return value;
  throw formatError(
    `Unrecognized value ${JSON.stringify(value)} at ${place}: must be Delete, Retain or Snapshot`,
  );
}

function readOutput(value: Value, id: string): OutputDeclaration {
  const place = `/Outputs/${id}`;
  const raw = mapping(value, place);
  refuseUnknown(
    raw,
    ["Value", "Description", "Condition", "Export"],
    (names) => `Invalid output property '${names}' at ${place}`,
  );
  if (raw.Value === undefined || raw.Value === null)
    throw formatError(
      `Output ${id} is malformed. The Value field of every Outputs member must be specified.`,
    );
  const exported = raw.Export === undefined ? undefined : mapping(raw.Export, `${place}/Export`);
  return {
    value: raw.Value,
    description: optionalText(raw.Description, `${place}/Description`),
    condition: optionalText(raw.Condition, `${place}/Condition`),
    exportName: exported?.Name,
  };
}

/** `AWS::EC2::VPC`, `Custom::Anything`. */
const typePattern = /^[\w@-]+(?:::[\w@-]+){1,3}$/;

function refuseMalformedTypes(resources: Record<string, ResourceDeclaration>): void {
  const types = new Set(Object.values(resources).map(({ type }) => type));
  const malformed = [...types].filter((type) => !typePattern.test(type));
  if (malformed.length > 0) throw formatError(`Unrecognized resource types: [${malformed.join(", ")}]`);
}

function refuseUnknown(raw: Mapping, known: readonly string[], text: (names: string) => string): void {
  const unknown = Object.keys(raw).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw validationError(text(unknown.join(", ")));
}

function section(raw: Mapping, name: string): Mapping {
  return mapping(raw[name] ?? {}, `/${name}`);
}

function mapping(value: Value | undefined, place: string): Mapping {
  if (isMapping(value)) return value;
  throw formatError(`${place} must be an object, not ${JSON.stringify(value)}`);
}

function optionalText(value: Value | undefined, place: string): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw formatError(`${place} must be a string, not ${JSON.stringify(value)}`);
}

function mapValues<T>(values: Mapping, read: (value: Value, name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, read(value, name)]));
}

/**
 * Reads a template's text, YAML with its short forms (`!Ref`) or JSON, into plain values with the long forms.
 *
 * @internal
 */
export function parseTemplate(body: string): Mapping {
  const value = body.trimStart().startsWith("{") ? parseJson(body) : parseYaml(body);
  if (!isMapping(value)) throw formatError("unsupported structure.");
  return value;
}

function parseJson(body: string): Value {
  try {
    return JSON.parse(body) as Value;
  } catch (error) {
    const { message } = error as SyntaxError;
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? body.length);
    throw notWellFormed("JSON", body, offset, message);
  }
}

function parseYaml(body: string): Value {
  const document = parseDocument(body, { logLevel: "silent", prettyErrors: false });
  const error = document.errors[0];
  if (error) throw notWellFormed("YAML", body, error.pos[0], error.message);
  return document.contents ? toValue(document.contents as Node, document) : null;
}

function notWellFormed(language: string, body: string, offset: number, message: string): Error {
  const before = body.slice(0, offset).split("\n");
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return formatError(`${language} not well-formed. (${place}): ${message}`);
}

function toValue(node: Node | null, document: Document): Value {
  if (node === null) return null;
  if (isAlias(node)) return toValue((node.resolve(document) as Node | undefined) ?? null, document);
  const value = untagged(node, document);
  const tag = node.tag;
  if (tag === undefined || !tag.startsWith("!")) return value;
  return longForm(tag.slice(1), value);
}

function untagged(node: Node, document: Document): Value {
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map((pair) => [
        String(isScalar(pair.key) ? pair.key.value : pair.key),
        toValue(pair.value as Node | null, document),
      ]),
    );
  }
  if (isSeq(node)) return node.items.map((item) => toValue(item as Node, document));
  return isScalar(node) ? (node.value as Value) : null;
}

function longForm(name: string, value: Value): Value {
  if (name === "Ref" || name === "Condition") return { [name]: value };
  if (name !== "GetAtt" || typeof value !== "string") return { [`Fn::${name}`]: value };
  const dot = value.indexOf(".");
  return { "Fn::GetAtt": dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)] };
}
