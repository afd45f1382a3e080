export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Returns the tags to set and to remove so that `previous` becomes `next`. */
export function tagChanges(
  previous: readonly Tag[] = [],
  next: readonly Tag[] = [],
): { set: Tag[]; remove: string[] } {
  const before = new Map(previous.map((tag) => [tag.Key, tag.Value]));
  const kept = new Set(next.map((tag) => tag.Key));
  return {
    set: next.filter((tag) => before.get(tag.Key) !== tag.Value),
    remove: [...before.keys()].filter((key) => !kept.has(key)),
  };
}

/** For services whose members start with a lower-case letter. */
export function smallTags(tags: readonly Tag[] | undefined): { key: string; value: string }[] | undefined {
  return tags?.map(({ Key: key, Value: value }) => ({ key, value }));
}

/** For services that take tags as a map. */
export function tagMap(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}
