import type { LifecycleRule } from "@aws-sdk/client-s3";
import { AwsError } from "../../kit/errors.ts";

const actions = [
  "Expiration",
  "Transitions",
  "NoncurrentVersionExpiration",
  "NoncurrentVersionTransitions",
  "AbortIncompleteMultipartUpload",
] as const;

/**
 * Returns the rules as they are stored; nothing expires by them. Source: PutBucketLifecycleConfiguration, S3 API
 * reference. Throws MalformedXML or InvalidArgument.
 */
export function checkLifecycleRules(rules: readonly LifecycleRule[]): readonly LifecycleRule[] {
  if (rules.length === 0 || rules.length > 1000)
    throw new AwsError("MalformedXML", "A lifecycle configuration has 1 to 1000 rules.");
  const named = rules.map((rule, index) => ({ ...rule, ID: rule.ID ?? `rule-${index + 1}` }));
  for (const rule of named) checkRule(rule);
  if (new Set(named.map(({ ID }) => ID)).size < named.length)
    throw invalid("Rule ID must be unique. Found same ID for more than one rule");
  return named;
}

function checkRule(rule: LifecycleRule): void {
  if (rule.Status !== "Enabled" && rule.Status !== "Disabled")
    throw new AwsError("MalformedXML", `Rule ${rule.ID}: Status must be Enabled or Disabled.`);
  if (!actions.some((action) => rule[action] !== undefined))
    throw invalid(`Rule ${rule.ID}: at least one action needs to be specified in a rule`);
  const days = [
    rule.Expiration?.Days,
    rule.NoncurrentVersionExpiration?.NoncurrentDays,
    rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  ].filter((each) => each !== undefined);
  if (days.some((each) => !Number.isInteger(each) || each < 1))
    throw invalid(`Rule ${rule.ID}: days must be a positive integer`);
  const { Days, Date: date, ExpiredObjectDeleteMarker } = rule.Expiration ?? {};
  const given = [Days, date, ExpiredObjectDeleteMarker].filter((each) => each !== undefined).length;
  if (rule.Expiration && given !== 1)
    throw new AwsError(
      "MalformedXML",
      `Rule ${rule.ID}: Expiration takes one of Days, Date and ExpiredObjectDeleteMarker.`,
    );
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidArgument", message);
}
