import type { Aws } from "../../services/api.ts";

/**
 * A parsed `valueFrom` of a secret in a task definition (Amazon ECS developer guide, "Pass Secrets Manager secrets").
 */
export interface SecretReference {
  readonly secretId: string;
  readonly jsonKey?: string;
  readonly versionStage?: string;
  readonly versionId?: string;
}

/** Returns undefined for text that is not a reference to Secrets Manager. */
export function parseSecretReference(valueFrom: string): SecretReference | undefined {
  const parts = valueFrom.split(":");
  if (parts[0] !== "arn" || parts[2] !== "secretsmanager" || parts[5] !== "secret" || !parts[6])
    return undefined;
  // arn:aws:secretsmanager:region:account:secret:name and up to three parts more.
  if (parts.length > 10) return undefined;
  const [jsonKey, versionStage, versionId] = parts.slice(7);
  return {
    secretId: parts.slice(0, 7).join(":"),
    jsonKey: jsonKey || undefined,
    versionStage: versionStage || undefined,
    versionId: versionId || undefined,
  };
}

/** Returns the value for a container; rejects with ECS's reason for stopping the task. */
export async function readSecret(secretsmanager: Aws["secretsmanager"], valueFrom: string): Promise<string> {
  const reference = parseSecretReference(valueFrom);
  if (!reference) throw failure(`invalid secret reference ${valueFrom}`);
  const { secretId, jsonKey, versionStage, versionId } = reference;
  const answer = await secretsmanager
    .getSecretValue({ SecretId: secretId, VersionStage: versionStage, VersionId: versionId })
    .catch((error) => {
      throw failure(
        `failed to fetch secret ${secretId} from secrets manager: ${error.code}: ${error.message}`,
      );
    });
  const text = answer.SecretString;
  if (text === undefined) throw failure(`secret ${secretId} has no string value`);
  if (jsonKey === undefined) return text;
  const value = parse(text, secretId)[jsonKey];
  if (value === undefined)
    throw failure(`retrieved secret from Secrets Manager did not contain json key ${jsonKey}`);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function parse(text: string, secretId: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    // The parser's own message would show the secret.
    throw failure(`the value of secret ${secretId} is not a JSON object`);
  }
}

function failure(cause: string): Error {
  return new Error(
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: " +
      `unable to retrieve secret from asm: service call has been retried 1 time(s): ${cause}`,
  );
}
