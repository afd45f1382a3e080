import type { Filter } from "@aws-sdk/client-secrets-manager";
import { page } from "../../kit/page.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { findAny, invalidParameter, type Secret, type SecretsState } from "./state.ts";

/** Descriptions of secrets without their values. */
export function describeOperations(state: SecretsState): Service<"secretsmanager">["operations"] {
  return {
    describeSecret: ({ SecretId }) => {
      const secret = findAny(state, SecretId);
      return { ...description(secret), VersionIdsToStages: stages(secret) };
    },
    listSecrets: (input) => {
      refuseUnsupported("InvalidParameterException", "ListSecrets", input, [
        "Filters",
        "IncludePlannedDeletion",
        "MaxResults",
        "NextToken",
      ]);
      const { Filters = [], IncludePlannedDeletion, MaxResults = 100, NextToken } = input;
      const tests = Filters.map(parseFilter);
      const matching = [...state.secrets.values()].filter(
        (secret) => (IncludePlannedDeletion || !secret.deletion) && tests.every((test) => test(secret)),
      );
      const code = "InvalidNextTokenException";
      const { items, next } = page(matching, { size: MaxResults, token: NextToken, code });
      return {
        SecretList: items.map((secret) => ({
          ...description(secret),
          SecretVersionsToStages: stages(secret),
        })),
        NextToken: next,
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
    Tags: secret.tags,
  };
}

/** Version id → its labels; versions without a label are deprecated and not shown. */
function stages(secret: Secret): Record<string, string[]> {
  const labelled = [...secret.versions.values()].filter((version) => version.stages.size > 0);
  return Object.fromEntries(labelled.map((version) => [version.id, [...version.stages]]));
}

/** Values match from the beginning; `!` before one negates it (API reference, Filter). */
function parseFilter({ Key = "all", Values = [] }: Filter): (secret: Secret) => boolean {
  const fields: Record<string, (secret: Secret) => (string | undefined)[]> = {
    name: ({ name }) => [name],
    description: ({ description }) => [description],
    "tag-key": ({ tags }) => tags.map((tag) => tag.Key),
    "tag-value": ({ tags }) => tags.map((tag) => tag.Value),
  };
  const valuesOf = fields[Key];
  if (!valuesOf)
    throw invalidParameter(
      `The simulator does not support the filter ${Key}. Supported: ${Object.keys(fields).join(", ")}.`,
    );
  return (secret) =>
    Values.some((value) => {
      const negated = value.startsWith("!");
      const prefix = negated ? value.slice(1) : value;
      return valuesOf(secret).some((field) => field?.startsWith(prefix)) !== negated;
    });
}
