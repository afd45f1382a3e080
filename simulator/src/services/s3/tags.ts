import type { Tag } from "@aws-sdk/client-s3";
import { AwsError } from "../../kit/errors.ts";

/** Source: S3 API reference, PutBucketTagging. */
const mostTags = 50;

/** Throws InvalidTag or BadRequest. */
export function parseTags(tags: readonly Tag[]): ReadonlyMap<string, string> {
  const held = new Map<string, string>();
  for (const { Key = "", Value = "" } of tags) {
    if (Key === "" || Key.length > 128) throw invalidTag("The TagKey you have provided is invalid", Key);
    if (Key.startsWith("aws:")) throw invalidTag("System tags cannot be added/updated by requester", Key);
    if (Value.length > 256) throw invalidTag("The TagValue you have provided is invalid", Key);
    if (held.has(Key)) throw invalidTag("Cannot provide multiple Tags with the same key", Key);
    held.set(Key, Value);
  }
  if (held.size > mostTags) throw new AwsError("BadRequest", `Tags cannot be more than ${mostTags}`);
  return held;
}

export function tagSet(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

function invalidTag(message: string, key: string): AwsError {
  return new AwsError("InvalidTag", `${message}: ${key}`);
}
