import { AwsError } from "./errors.ts";

/** Source: AWS General Reference, "Tag naming limits and requirements". */
const maximumTags = 50;

/** Throws the service's own code if a resource would have more tags than AWS allows. */
export function limitTags(code: string, given: Iterable<unknown>, held: Iterable<unknown> = []): void {
  const count = new Set([...held, ...given]).size;
  if (count > maximumTags)
    throw new AwsError(code, `A resource has at most ${maximumTags} tags, not ${count}.`);
}

/** Returns how a service reads the tags of a request that go onto a resource with `held` tags. */
export function tagReader(tooMany: string) {
  return (
    tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
    held: ReadonlyMap<string, string> = new Map(),
  ): Map<string, string> => {
    const given = new Map((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
    limitTags(tooMany, given.keys(), held.keys());
    return given;
  };
}

/** Adds tags to a resource. Returns the empty output of an operation. */
export function addTags(held: Map<string, string>, given: Iterable<readonly [string, string]>) {
  for (const [key, value] of given) held.set(key, value);
  return {};
}

/** Removes tags from a resource. Returns the empty output of an operation. */
export function removeTags(held: Map<string, string>, keys: readonly string[] = []) {
  for (const key of keys) held.delete(key);
  return {};
}

export function tagList(held: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...held].map(([Key, Value]) => ({ Key, Value }));
}
