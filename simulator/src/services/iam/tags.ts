import type { Tag } from "@aws-sdk/client-iam";
import { tagReader } from "../../kit/tags.ts";

export function toTags(held: ReadonlyMap<string, string>): Tag[] {
  return [...held].map(([Key, Value]) => ({ Key, Value }));
}

export const fromTags = tagReader("LimitExceededException");

export function tagAll(held: Map<string, string>, tags: readonly Tag[] | undefined): void {
  for (const [key, value] of fromTags(tags, held)) held.set(key, value);
}

export function untagAll(held: Map<string, string>, keys: readonly string[] | undefined): void {
  for (const key of keys ?? []) held.delete(key);
}
