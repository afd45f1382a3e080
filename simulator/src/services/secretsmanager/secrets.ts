import { AwsError } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { checkedTags, tagOperations, tagPairs } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { find, findAny, invalidParameter, type Secret, type SecretsState } from "./state.ts";
import { addVersion, readValue } from "./values.ts";

const unsupported = "InvalidParameterException";
const content = ["Description", "KmsKeyId", "SecretString", "ClientRequestToken"] as const;
const dayMs = 24 * 60 * 60 * 1000;
const tagRules = { tooMany: unsupported };
const page = pager({
  size: "MaxResults",
  token: "NextToken",
  standard: 100,
  code: "InvalidNextTokenException",
  invalid: unsupported,
});

/** Operations that create, change and delete secrets. */
export function secretOperations(state: SecretsState): Operations<"secretsmanager"> {
  // DescribeSecret shows the tags: Secrets Manager has no operation that lists them.
  const { tagResource, untagResource } = tagOperations(
    ["SecretId", "Tags", "TagKeys"],
    tagPairs,
    tagRules,
    (id) => find(state, id).tags,
  );
  return {
    createSecret: (input, caller) => {
      refuseUnsupported(unsupported, "CreateSecret", input, ["Name", "Tags", ...content]);
      const value = readValue(input);
      const tags = checkedTags(tagPairs.read(input.Tags ?? []), tagRules);
      const named = newSecret(state, checkName(input.Name, caller.accessKeyId === "in-process"));
      const secret = { ...named, description: input.Description, kmsKeyId: input.KmsKeyId, tags };
      state.secrets.set(secret.name, secret);
      const version =
        value === undefined ? undefined : addVersion(state, secret, value, input.ClientRequestToken);
      return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
    },
    updateSecret: (input) => {
      refuseUnsupported(unsupported, "UpdateSecret", input, ["SecretId", ...content]);
      const secret = find(state, input.SecretId);
      const value = readValue(input);
      const version =
        value === undefined ? undefined : addVersion(state, secret, value, input.ClientRequestToken);
      secret.description = input.Description ?? secret.description;
      secret.kmsKeyId = input.KmsKeyId ?? secret.kmsKeyId;
      secret.changed = state.now();
      return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
    },
    deleteSecret: ({ SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery }) => {
      if (ForceDeleteWithoutRecovery) {
        if (RecoveryWindowInDays !== undefined)
          throw invalidParameter("You can't use ForceDeleteWithoutRecovery with RecoveryWindowInDays.");
        return removeNow(state, SecretId);
      }
      const secret = find(state, SecretId);
      const days = RecoveryWindowInDays ?? 30;
      if (days < 7 || days > 30)
        throw invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
      const marked = state.now();
      secret.deletion = { marked, due: new Date(marked.getTime() + days * dayMs) };
      return { ARN: secret.arn, Name: secret.name, DeletionDate: secret.deletion.due };
    },
    restoreSecret: ({ SecretId }) => {
      const secret = findAny(state, SecretId);
      delete secret.deletion;
      return { ARN: secret.arn, Name: secret.name };
    },
    tagResource,
    untagResource,
  };
}

function newSecret(state: SecretsState, name: string): Secret {
  const existing = state.secrets.get(name);
  if (existing?.deletion)
    throw new AwsError(
      "InvalidRequestException",
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  if (existing)
    throw new AwsError(
      "ResourceExistsException",
      `The operation failed because the secret ${name} already exists.`,
    );
  const created = state.now();
  return { name, arn: state.newArn(name), created, changed: created, versions: new Map(), tags: new Map() };
}

/** Names with an exclamation mark are reserved for services that manage the secret, such as `rds!db-…`. */
function checkName(name = "", byService: boolean): string {
  const pattern = byService ? /^[\w/+=.@!-]{1,512}$/ : /^[\w/+=.@-]{1,512}$/;
  if (!pattern.test(name))
    throw invalidParameter(
      "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
    );
  return name;
}

/** A missing secret counts as deleted: API reference of DeleteSecret, ForceDeleteWithoutRecovery. */
function removeNow(state: SecretsState, id: string | undefined) {
  const DeletionDate = state.now();
  try {
    const secret = findAny(state, id);
    state.secrets.delete(secret.name);
    return { ARN: secret.arn, Name: secret.name, DeletionDate };
  } catch (error) {
    if (error instanceof AwsError && error.code === "ResourceNotFoundException")
      return { ARN: state.newArn(id ?? ""), Name: id, DeletionDate };
    throw error;
  }
}

/** Descriptions of secrets without their values. */
export function describeOperations(state: SecretsState): Operations<"secretsmanager"> {
  return {
    describeSecret: ({ SecretId }) => {
      const secret = findAny(state, SecretId);
      return { ...description(secret), VersionIdsToStages: stages(secret) };
    },
    listSecrets: (input) => {
      refuseUnsupported(unsupported, "ListSecrets", input, ["IncludePlannedDeletion MaxResults NextToken"]);
      const matching = [...state.secrets.values()].filter(
        ({ deletion }) => input.IncludePlannedDeletion || !deletion,
      );
      const { items, NextToken } = page(matching, input);
      return {
        SecretList: items.map((secret) => ({
          ...description(secret),
          SecretVersionsToStages: stages(secret),
        })),
        NextToken,
      };
    },
  };
}

function description(secret: Secret) {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    CreatedDate: secret.created,
    LastChangedDate: secret.changed,
    LastAccessedDate: secret.accessed,
    DeletedDate: secret.deletion?.marked,
    OwningService: /^(\w+)!/.exec(secret.name)?.[1],
    Tags: tagPairs.write(secret.tags),
  };
}

/** Version id → its labels; versions without a label are deprecated and not shown. */
function stages(secret: Secret): Record<string, string[]> {
  const labelled = [...secret.versions.values()].filter((version) => version.stages.size > 0);
  return Object.fromEntries(labelled.map((version) => [version.id, [...version.stages]]));
}
