import { randomUUID } from "node:crypto";
import { AwsError } from "../../../kit/errors.ts";
import { type ResourceType, type Tag, tagMap } from "../resources/resource-type.ts";
import { coerce, object } from "../resources/shape.ts";
import {
  checkDynamicReferences,
  holdsDynamicReference,
  replaceReferences,
  type SecretReference,
} from "../template/dynamic-references.ts";
import { validationError } from "../template/errors.ts";
import { evaluate, type Scope } from "../template/evaluate.ts";
import type { ResourceDeclaration } from "../template/template.ts";
import { isMapping, type Mapping, sameValue, type Value } from "../template/value.ts";
import type { CloudFormationState } from "./records.ts";

/**
 * Returns the properties of a resource: evaluated, the stack's tags added, checked and coerced, with dynamic
 * references.
 */
export function evaluateProperties(
  logicalId: string,
  declared: ResourceDeclaration,
  type: ResourceType,
  scope: Scope,
  stackTags: readonly Tag[],
): Mapping {
  const place = `/Resources/${logicalId}/Properties`;
  const evaluated = evaluate(declared.properties, { ...scope, dynamicReferences: true }, place) as Mapping;
  checkDynamicReferences(evaluated, place);
  return coerceProperties(logicalId, type, addTags(type, evaluated, stackTags));
}

/** Throws ValidationError for a property that is missing, unknown or of another shape. */
function coerceProperties(logicalId: string, type: ResourceType, properties: Mapping): Mapping {
  try {
    return coerce(object(type.properties, type.required), properties, "#") as Mapping;
  } catch (error) {
    const { message } = error as Error;
    throw validationError(`Properties validation failed for resource ${logicalId} with message: ${message}`);
  }
}

/** A resource's own tag overrides the stack's of the same key. */
function addTags(
  { properties: { Tags: shape } }: ResourceType,
  properties: Mapping,
  stackTags: readonly Tag[],
) {
  if (!shape || stackTags.length === 0) return properties;
  const { Tags: own = shape.kind === "map" ? {} : [] } = properties;
  if (isMapping(own)) return { ...properties, Tags: { ...tagMap(stackTags), ...own } };
  if (!Array.isArray(own)) return properties;
  const taken = new Set(own.map((tag) => isMapping(tag) && tag.Key));
  const inherited = stackTags.filter(({ Key }) => !taken.has(Key)).map(({ Key, Value }) => ({ Key, Value }));
  return { ...properties, Tags: [...own, ...inherited] };
}

/**
 * Returns the properties with secrets instead of their dynamic references: for a handler only. Records keep the
 * references, so that no event, change set or description can show a secret, and a new value of a secret alone is not a
 * change.
 */
export async function resolveSecrets(
  state: CloudFormationState,
  logicalId: string,
  type: ResourceType,
  properties: Mapping,
): Promise<Mapping> {
  if (!holdsDynamicReference(properties)) return properties;
  const resolved = await replaceReferences(properties, (reference) => readSecret(state, reference));
  return coerceProperties(logicalId, type, resolved as Mapping);
}

/**
 * Returns `previous` in the form of the resolved properties: equal where the references are equal. Their former values
 * are unknown.
 */
export function previousLike(previous: Mapping, next: Mapping, resolved: Mapping): Mapping {
  const same = (name: string) => sameValue(previous[name], next[name]);
  return Object.fromEntries(
    Object.entries(previous).map(([name, value]) => [name, (same(name) ? resolved[name] : value) ?? null]),
  );
}

async function readSecret({ environment }: CloudFormationState, reference: SecretReference): Promise<string> {
  const { secretId, jsonKey, versionStage, versionId } = reference;
  const { SecretString } = await environment.aws.secretsmanager
    .getSecretValue({ SecretId: secretId, VersionStage: versionStage, VersionId: versionId })
    .catch((error: unknown) => {
      throw error instanceof AwsError ? asCloudFormationReports(error) : error;
    });
  if (SecretString === undefined) throw new Error(`The secret ${secretId} has no SecretString`);
  return jsonKey === undefined ? SecretString : valueAt(SecretString, jsonKey);
}

function asCloudFormationReports({ message, code }: AwsError): Error {
  return new Error(
    `${message} (Service: AWSSecretsManager; Status Code: 400; Error Code: ${code}; Request ID: ${randomUUID()})`,
  );
}

function valueAt(secret: string, key: string): string {
  const held = parse(secret);
  const value = isMapping(held) && Object.hasOwn(held, key) ? held[key] : undefined;
  if (value === undefined) throw new Error("Could not find a value associated with JSONKey in SecretString");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function parse(secret: string): Value {
  try {
    return JSON.parse(secret);
  } catch {
    // The parser's own message quotes the secret.
    throw new Error("Could not parse SecretString JSON");
  }
}
