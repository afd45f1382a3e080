import { randomInt, randomUUID } from "node:crypto";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import {
  find,
  invalidParameter,
  notFound,
  type Secret,
  type SecretsState,
  type SecretVersion,
} from "./state.ts";

/** Operations that read and write the versions of a secret. */
export function valueOperations(state: SecretsState): Operations<"secretsmanager"> {
  return {
    getSecretValue: ({ SecretId, VersionId, VersionStage }) => {
      const secret = find(state, SecretId);
      const version = findVersion(secret, VersionId, VersionStage);
      secret.accessed = new Date(state.now().setUTCHours(0, 0, 0, 0));
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.id,
        VersionStages: [...version.stages],
        CreatedDate: version.created,
        SecretString: version.value,
      };
    },
    putSecretValue: (input) => {
      refuseUnsupported("InvalidParameterException", "PutSecretValue", input, [
        "SecretId ClientRequestToken SecretString",
      ]);
      const secret = find(state, input.SecretId);
      const value = readValue(input);
      if (value === undefined) throw invalidParameter("You must provide SecretString.");
      const version = addVersion(state, secret, value, input.ClientRequestToken);
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.id,
        VersionStages: [...version.stages],
      };
    },
  };
}

/** Returns the value in a request, if any. */
export function readValue({ SecretString }: { SecretString?: string | undefined }): string | undefined {
  // Quota "Secret value size": 65,536 bytes.
  if (Buffer.byteLength(SecretString ?? "") > 65_536)
    throw invalidParameter("The secret value must not be larger than 65536 bytes.");
  return SecretString;
}

/** Creates the current version; the same token with the same value again returns the existing version. */
export function addVersion(
  state: SecretsState,
  secret: Secret,
  value: string,
  id: string = randomUUID(),
): SecretVersion {
  const existing = secret.versions.get(id);
  if (existing && existing.value !== value)
    throw new AwsError(
      "ResourceExistsException",
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  if (existing) return existing;
  const version = { id, value, created: state.now(), stages: new Set<string>() };
  secret.versions.set(id, version);
  moveStage(secret, "AWSCURRENT", version);
  secret.changed = state.now();
  return version;
}

/** Removes the label from its current version. The version that loses AWSCURRENT becomes AWSPREVIOUS. */
function moveStage(secret: Secret, stage: string, to: SecretVersion): void {
  const from = [...secret.versions.values()].find(({ stages }) => stages.has(stage));
  from?.stages.delete(stage);
  to.stages.add(stage);
  if (stage === "AWSCURRENT" && from) moveStage(secret, "AWSPREVIOUS", from);
}

function findVersion(secret: Secret, id: string | undefined, stage: string | undefined): SecretVersion {
  const wanted = stage ?? (id === undefined ? "AWSCURRENT" : undefined);
  for (const version of secret.versions.values())
    if ((id === undefined || version.id === id) && (wanted === undefined || version.stages.has(wanted)))
      return version;
  const sought = id === undefined ? `staging label: ${wanted}` : `VersionId: ${id}`;
  throw notFound(`Secrets Manager can't find the specified secret value for ${sought}`);
}

const lowercase = "abcdefghijklmnopqrstuvwxyz";
/** As the API reference of GetRandomPassword lists them. */
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

export function passwordOperations(): Operations<"secretsmanager"> {
  return {
    getRandomPassword: (input) => {
      const { PasswordLength: length = 32, ExcludeCharacters = "", RequireEachIncludedType = true } = input;
      if (length < 1 || length > 4096)
        throw invalidParameter(`PasswordLength must be between 1 and 4096, not ${length}.`);
      const types = [
        input.ExcludeLowercase ? "" : lowercase,
        input.ExcludeUppercase ? "" : lowercase.toUpperCase(),
        input.ExcludeNumbers ? "" : "0123456789",
        input.ExcludePunctuation ? "" : punctuation,
        input.IncludeSpace ? " " : "",
      ]
        .map((type) => [...type].filter((character) => !ExcludeCharacters.includes(character)))
        .filter((type) => type.length > 0);
      const required = RequireEachIncludedType ? types : [];
      const all = types.flat();
      if (all.length === 0 || required.length > length)
        throw invalidParameter(
          `No password of length ${length} can contain all requested types of characters.`,
        );
      const characters = Array.from({ length }, (_, index) => pick(required[index] ?? all));
      return { RandomPassword: shuffle(characters).join("") };
    },
  };
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? "";
}

function shuffle(items: string[]): string[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other] ?? "", items[last] ?? ""];
  }
  return items;
}
