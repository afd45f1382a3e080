import { templateError } from "./errors.ts";
import { isMapping, type Value } from "./value.ts";

/** `{{resolve:secretsmanager:secret-id:SecretString:json-key:version-stage:version-id}}`, read. */
export interface SecretReference {
  /** Name or ARN. */
  readonly secretId: string;
  /** Key in the value, which then is a JSON object; undefined for the whole value. */
  readonly jsonKey: string | undefined;
  readonly versionStage: string | undefined;
  readonly versionId: string | undefined;
}

const start = "{{resolve:";
const pattern = /\{\{resolve:([^{}]*)\}\}/g;

export function holdsDynamicReference(value: Value | undefined): boolean {
  return JSON.stringify(value ?? null).includes(start);
}

/** Throws for an unsupported dynamic reference. Source: user guide, Get values stored in other services. */
export function checkDynamicReferences(value: Value, place: string): void {
  if (typeof value === "string") readReferences(value, place);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) checkDynamicReferences(item, `${place}/${index}`);
  else if (isMapping(value))
    for (const [name, inner] of Object.entries(value)) checkDynamicReferences(inner, `${place}/${name}`);
}

/** Returns the value with its references replaced by their values. */
export async function replaceReferences(
  value: Value,
  resolve: (reference: SecretReference) => Promise<string>,
): Promise<Value> {
  if (typeof value === "string") {
    const texts = await Promise.all(readReferences(value, "").map(resolve));
    // Uses a function, since a password may contain special sequences of a replacement text.
    return value.replace(pattern, () => texts.shift() ?? "");
  }
  if (Array.isArray(value)) return await Promise.all(value.map((item) => replaceReferences(item, resolve)));
  if (!isMapping(value)) return value;
  const entries = Object.entries(value).map(
    async ([name, inner]) => [name, await replaceReferences(inner, resolve)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

function readReferences(text: string, place: string): SecretReference[] {
  const found = [...text.matchAll(pattern)];
  if (found.length !== text.split(start).length - 1)
    throw templateError(`a dynamic reference at ${place} does not end: ${JSON.stringify(text)}`);
  return found.map(([whole, inner = ""]) => readReference(whole, inner, place));
}

function readReference(whole: string, inner: string, place: string): SecretReference {
  const [service, ...rest] = inner.split(":");
  if (service !== "secretsmanager")
    throw templateError(
      `the dynamic reference ${whole} at ${place} is not supported: the simulator resolves secretsmanager, not ${service}`,
    );
  // An ARN is seven parts.
  const idParts = rest[0] === "arn" ? 7 : 1;
  const secretId = rest.slice(0, idParts).join(":");
  const [kind = "", jsonKey, versionStage, versionId, ...more] = rest.slice(idParts);
  if (secretId === "" || !["", "SecretString"].includes(kind) || more.length > 0)
    throw templateError(
      `the dynamic reference ${whole} at ${place} must be {{resolve:secretsmanager:secret-id:SecretString:json-key:version-stage:version-id}}`,
    );
  if (versionStage && versionId)
    throw templateError(
      `the dynamic reference ${whole} at ${place} has both a version stage and a version id`,
    );
  return {
    secretId,
    jsonKey: jsonKey || undefined,
    versionStage: versionStage || undefined,
    versionId: versionId || undefined,
  };
}
