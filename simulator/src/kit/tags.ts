import { AwsError, errorWith } from "./errors.ts";

/** How an API writes tags. */
interface TagForm<Given, Written> {
  read(given: Given): (readonly [string, string])[];
  write(held: ReadonlyMap<string, string>): Written;
}

type Text = string | undefined;

/** `[{ Key, Value }]` */
export const tagPairs: TagForm<
  readonly { readonly Key?: Text; readonly Value?: Text }[],
  { Key: string; Value: string }[]
> = {
  read: (given) => given.map(({ Key = "", Value = "" }) => [Key, Value]),
  write: (held) => [...held].map(([Key, Value]) => ({ Key, Value })),
};

/** `[{ key, value }]` */
export const smallTagPairs: TagForm<
  readonly { readonly key?: Text; readonly value?: Text }[],
  { key: string; value: string }[]
> = {
  read: (given) => given.map(({ key = "", value = "" }) => [key, value]),
  write: (held) => [...held].map(([key, value]) => ({ key, value })),
};

/** `{ key: value }` */
export const tagRecord: TagForm<Readonly<Record<string, string>>, Record<string, string>> = {
  read: (given) => Object.entries(given),
  write: (held) => Object.fromEntries(held),
};

/** A service's limits of tags, and its exceptions. */
export interface TagRules {
  /** Maximum of a resource. Default: AWS General Reference, "Tag naming limits and requirements". */
  readonly most?: number;
  readonly tooMany: string;
  /** Exception for keys and values of a wrong length; absent where the service's is unknown. */
  readonly invalid?: string;
  /** Exception for keys of AWS's own; absent where the service's is unknown. */
  readonly system?: string;
}

/** Returns the tags of a request that are put onto a resource with `held` tags; throws the service's exceptions. */
export function checkedTags(
  given: Iterable<readonly [string, string]>,
  { most = 50, tooMany, invalid, system }: TagRules,
  held: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const tags = new Map(given);
  const count = new Set([...held.keys(), ...tags.keys()]).size;
  if (count > most) throw new AwsError(tooMany, `A resource has at most ${most} tags, not ${count}.`);
  for (const [key, value] of tags) {
    if (system && key.toLowerCase().startsWith("aws:"))
      throw new AwsError(system, `The tag ${key} is a system tag: its key starts with 'aws:'.`);
    if (invalid && (key.length < 1 || key.length > 128 || value.length > 256))
      throw new AwsError(
        invalid,
        `The tag ${key} needs a key of 1 to 128 and a value of up to 256 characters.`,
      );
  }
  return tags;
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

type Has<Member extends string, Value> = { readonly [Name in Member]?: Value | undefined };

/**
 * Returns the three operations on tags. `names` are the service's names of a resource, of tags and of keys, such as
 * `["ResourceARN", "Tags", "TagKeys"]`. `tagsOf` finds the tags of a resource, or throws the service's exception.
 */
export function tagOperations<const Names extends readonly [string, string, string], Given, Written>(
  names: Names,
  form: TagForm<Given, Written>,
  rules: TagRules,
  tagsOf: (arn: string) => Map<string, string>,
) {
  const [arn, list, keys]: readonly [Names[0], Names[1], Names[2]] = names;
  return {
    tagResource(input: Has<Names[0], string> & Has<Names[1], Given>) {
      const held = tagsOf(input[arn] ?? "");
      const given = input[list];
      return addTags(held, checkedTags(given ? form.read(given) : [], rules, held));
    },
    untagResource: (input: Has<Names[0], string> & Has<Names[2], readonly string[]>) =>
      removeTags(tagsOf(input[arn] ?? ""), input[keys]),
    listTagsForResource: (input: Has<Names[0], string>) =>
      ({ [list]: form.write(tagsOf(input[arn] ?? "")) }) as { [Name in Names[1]]: Written },
  };
}

/**
 * Finds the resource that an ARN identifies by its name: `prefix` is the ARN up to the name. `code` is the service's
 * exception for other ARNs; `find` throws the one for a missing resource.
 */
export function byArn<Found>(
  arn: string,
  prefix: string,
  code: string,
  find: (name: string) => Found,
): Found {
  if (arn.startsWith(prefix)) return find(arn.slice(prefix.length));
  throw errorWith(code)(`${arn} is not a valid ARN of this resource type: ${prefix}<name>.`);
}
