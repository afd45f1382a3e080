import type { Tag } from "@aws-sdk/client-iam";
import { limitTags } from "../limit-tags.ts";

export function toTags(held: ReadonlyMap<string, string>): Tag[] {
  return [...held].map(([Key, Value]) => ({ Key, Value }));
}

export function fromTags(
  tags: readonly Tag[] | undefined,
  held: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const given = new Map((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  limitTags("LimitExceededException", given.keys(), held.keys());
  return given;
}

export function tagAll(held: Map<string, string>, tags: readonly Tag[] | undefined): void {
  for (const [key, value] of fromTags(tags, held)) held.set(key, value);
}

export function untagAll(held: Map<string, string>, keys: readonly string[] | undefined): void {
  for (const key of keys ?? []) held.delete(key);
}
