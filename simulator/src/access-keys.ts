import type { IdentityKeys } from "./services/sts/identity-token.ts";

/** A key that may sign. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Set for temporary keys. */
  readonly sessionToken?: string;
  readonly expiration?: Date;
  /** ARN of its owner; the student's by default. */
  readonly arn?: string;
  /** Unique id of its owner, set for a role's session. */
  readonly userId?: string;
  /** Tags of the session. */
  readonly tags?: ReadonlyMap<string, string>;
}

/** By access key id. */
export type AccessKeys = Map<string, AccessKey>;

/** Returns the owner of every key without a session. */
export const studentArn = (accountId: string) => `arn:aws:iam::${accountId}:user/student`;

/** Returns the caller with that key. */
export function callerArn(
  { accessKeys, accountId }: { accessKeys: AccessKeys; accountId: string },
  accessKeyId: string,
): string {
  return accessKeys.get(accessKeyId)?.arn ?? studentArn(accountId);
}

export function createAccessKeys(keys: readonly AccessKey[], expired: readonly string[] = []): AccessKeys {
  const known = new Map(keys.map((key) => [key.accessKeyId, key]));
  for (const id of expired) {
    const key = known.get(id);
    if (key) known.set(id, { ...key, expiration: new Date(0) });
  }
  return known;
}

/** The command reads keys from this variable, not from its arguments, which every user of the machine can read. */
export const accessKeysVariable = "SIMULATOR_ACCESS_KEYS";

/** Reads `[{"accessKeyId":"…","secretAccessKey":"…","sessionToken":"…"}]`; throws a sentence about any other text. */
export function readAccessKeys(text: string | undefined): AccessKey[] {
  if (!text) return [];
  const keys = parse(text);
  if (Array.isArray(keys) && keys.every(isAccessKey)) return keys;
  throw new Error(
    `${accessKeysVariable} is not a JSON list of objects with accessKeyId, secretAccessKey and, for temporary keys, sessionToken`,
  );
}

/** Reads `{"https://ISSUER":[{"kty":"RSA",…}]}`, keys of identity providers; throws a sentence about any other text. */
export function readIdentityKeys(text: string | undefined): IdentityKeys {
  const keys = text ? parse(text) : {};
  const isPublic = (key: object) => "kty" in key && !("d" in key) && !("k" in key);
  const lists = Object.values(Object(keys)) as object[][];
  if (keys && lists.every((list) => Array.isArray(list) && list.every(isPublic))) return keys as IdentityKeys;
  throw new Error(
    "SIMULATOR_IDENTITY_KEYS is not a JSON object with a list of public keys (JWK) for each issuer",
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The text holds secrets: an error that quotes it is not passed on.
    return undefined;
  }
}

function isAccessKey(value: unknown): value is AccessKey {
  if (typeof value !== "object" || value === null) return false;
  const { accessKeyId, secretAccessKey, sessionToken = "", ...rest } = value as Record<string, unknown>;
  const texts = [accessKeyId, secretAccessKey, sessionToken];
  return texts.every((each) => typeof each === "string") && Object.keys(rest).length === 0;
}
