import { randomInt } from "node:crypto";
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";

export interface SecretVersion {
  readonly id: string;
  readonly created: Date;
  readonly value: string;
  /** AWSCURRENT and AWSPREVIOUS; a label is on one version at a time. */
  readonly stages: Set<string>;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  readonly versions: Map<string, SecretVersion>;
  readonly tags: Map<string, string>;
  changed: Date;
  /** Day of the last reading; AWS reports no time of day. */
  accessed?: Date;
  description?: string | undefined;
  kmsKeyId?: string | undefined;
  /** JSON text of its own policy, unchanged. */
  policy?: string;
  /** Time of its marking for deletion, and of its deletion. */
  deletion?: { readonly marked: Date; readonly due: Date };
}

export interface SecretsState {
  readonly secrets: Map<string, Secret>;
  now(): Date;
  newArn(name: string): string;
}

export function createSecretsState({ accountId, region, clock }: Environment): SecretsState {
  return {
    secrets: new Map(),
    now: () => clock.now(),
    newArn: (name) => `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${randomSuffix()}`,
  };
}

/**
 * AWS adds six random characters, so that a policy for a deleted secret does not apply to a new one of the same name.
 */
function randomSuffix(): string {
  const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: 6 }, () => characters[randomInt(characters.length)]).join("");
}

/** By name, ARN, or ARN without its random suffix; a secret marked for deletion too. */
export function findAny(state: SecretsState, id = ""): Secret {
  for (const secret of state.secrets.values()) {
    if (secret.deletion && secret.deletion.due <= state.now()) state.secrets.delete(secret.name);
    else if ([secret.name, secret.arn, secret.arn.slice(0, -"-123456".length)].includes(id)) return secret;
  }
  throw notFound("Secrets Manager can't find the specified secret.");
}

/** Like findAny, but refuses a secret marked for deletion. */
export function find(state: SecretsState, id: string | undefined): Secret {
  const secret = findAny(state, id);
  if (secret.deletion)
    throw new AwsError(
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  return secret;
}

export const notFound = errorWith("ResourceNotFoundException");

export const invalidParameter = errorWith("InvalidParameterException");
