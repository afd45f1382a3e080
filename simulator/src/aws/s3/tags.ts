import type { Tag } from "@aws-sdk/client-s3";
import { AwsError } from "../../errors.ts";

/** Source: S3 user guide, "Categorizing your storage using tags". Throws InvalidTag or BadRequest. */
export function parseTags(tags: readonly Tag[], most = 50): ReadonlyMap<string, string> {
  const held = new Map<string, string>();
  for (const { Key = "", Value = "" } of tags) {
    if (Key === "" || Key.length > 128) throw invalidTag("The TagKey you have provided is invalid", Key);
    if (Key.startsWith("aws:")) throw invalidTag("System tags cannot be added/updated by requester", Key);
    if (Value.length > 256) throw invalidTag("The TagValue you have provided is invalid", Key);
    if (held.has(Key)) throw invalidTag("Cannot provide multiple Tags with the same key", Key);
    held.set(Key, Value);
  }
  if (held.size > most) throw new AwsError("BadRequest", `Tags cannot be more than ${most}`);
  return held;
}

/** Parses the tags of an object in the header `x-amz-tagging`: `a=1&b=2`. */
export function parseTagging(text: string | undefined): ReadonlyMap<string, string> {
  return parseObjectTags([...new URLSearchParams(text ?? "")].map(([Key, Value]) => ({ Key, Value })));
}

export function parseObjectTags(tags: readonly Tag[]): ReadonlyMap<string, string> {
  return parseTags(tags, 10);
}

export function tagSet(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

function invalidTag(message: string, key: string): AwsError {
  return new AwsError("InvalidTag", `${message}: ${key}`);
}
