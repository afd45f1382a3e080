/** Names of containers, `*` for all of them; undefined for the defaults of lines without a name. */
export type Target = readonly string[] | undefined;

/** A value for some containers, and where it was given, such as `Input images, line 2`. */
export interface Placed<T> {
  readonly target: Target;
  readonly place: string;
  readonly value: T;
  /** The whole value, if the names of `target` are no containers but its first part. */
  readonly whole?: T;
}

// ECS API reference, ContainerDefinition.name: letters, numbers, underscores and hyphens.
const names = /^(\*|[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)[ \t]*$/;

/** Returns the containers in `a, b` or `*`, trimmed; undefined when the text is no list of names. */
export function parseTarget(text: string): Target {
  return names
    .exec(text)?.[1]
    ?.split(",")
    .map((name) => name.trim());
}

/** Splits `web: rest` and `web, side: rest` at the colon; without names before one, all of it is the rest. */
export function splitTarget(text: string): { target: Target; rest: string } {
  const colon = text.indexOf(":");
  const target = colon < 0 ? undefined : parseTarget(text.slice(0, colon));
  return target ? { target, rest: text.slice(colon + 1).trim() } : { target: undefined, rest: text };
}
