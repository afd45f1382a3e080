import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { Properties } from "./resource-type.ts";
import { boolean, integer, list, object, oneOf, tags, text } from "./shape.ts";

/** Transitions into other storage classes are not among them: the simulator has one class. */
export const lifecycleConfiguration = object(
  {
    Rules: list(
      object(
        {
          Id: text,
          Status: oneOf("Enabled", "Disabled"),
          Prefix: text,
          TagFilters: tags,
          ExpirationInDays: integer,
          ExpiredObjectDeleteMarker: boolean,
          NoncurrentVersionExpiration: object({ NoncurrentDays: integer, NewerNoncurrentVersions: integer }, [
            "NoncurrentDays",
          ]),
          NoncurrentVersionExpirationInDays: integer,
          AbortIncompleteMultipartUpload: object({ DaysAfterInitiation: integer }, ["DaysAfterInitiation"]),
        },
        ["Status"],
      ),
    ),
  },
  ["Rules"],
);

/** Returns rules in the form of S3's own API, where expirations and filters are separate structures. */
export function lifecycleRules(rules: readonly Properties[]): LifecycleRule[] {
  return rules.map((rule) => ({
    ID: rule.Id,
    Status: rule.Status,
    Filter: filterOf(rule),
    Expiration: expirationOf(rule),
    NoncurrentVersionExpiration:
      rule.NoncurrentVersionExpiration ??
      (rule.NoncurrentVersionExpirationInDays === undefined
        ? undefined
        : { NoncurrentDays: rule.NoncurrentVersionExpirationInDays }),
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
  }));
}

function expirationOf({ ExpirationInDays: Days, ExpiredObjectDeleteMarker }: Properties) {
  if (Days === undefined && ExpiredObjectDeleteMarker === undefined) return undefined;
  return {
    ...(Days === undefined ? {} : { Days }),
    ...(ExpiredObjectDeleteMarker === undefined ? {} : { ExpiredObjectDeleteMarker }),
  };
}

function filterOf({ Prefix = "", TagFilters = [] }: Properties): LifecycleRule["Filter"] {
  if (TagFilters.length === 0) return { Prefix };
  return { And: { ...(Prefix === "" ? {} : { Prefix }), Tags: TagFilters } };
}
