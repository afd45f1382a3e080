import { isObject } from "../../core/is-object.ts";
import { nearestName } from "../../core/nearest-name.ts";

/** A container's definition, read by key: the check of the whole definition reports its faults. */
export type Container = Record<string, unknown> & { name: string };

export interface Containers {
  readonly all: readonly Container[];
  /** Decides whether the value's names are containers; otherwise the value itself has a colon. */
  settle<T>(placed: Placed<T>): Placed<T>;
  /** Returns the containers that a value is for; none, and a fault, when it names an unknown one. */
  meantBy(placed: Pick<Placed<unknown>, "target" | "place">): readonly Container[];
}

/** Finds the containers of `definition`; `defaults` are those of values without a container's name. */
export function findContainers(
  definition: Readonly<Record<string, unknown>>,
  origin: string,
  defaults: Target,
  { faults, notices }: { readonly faults: string[]; readonly notices: string[] },
): Containers {
  const list = Array.isArray(definition.containerDefinitions) ? definition.containerDefinitions : [];
  const all = list.filter((item): item is Container => isObject(item) && typeof item.name === "string");
  const candidates = all.map(({ name }) => `"${name}"`).join(", ") || "none";
  for (const name of new Set(all.map((container) => container.name)))
    if (all.filter((container) => container.name === name).length > 1)
      faults.push(`${origin} has more than one container "${name}": names must differ`);

  const has = (name: string) => all.some((container) => container.name === name);
  const named = (target: readonly string[], place: string): readonly Container[] => {
    if (target.includes("*")) return all;
    const unknown = target.filter((name) => !has(name));
    for (const name of unknown)
      faults.push(`${place}: ${origin} does not have the container "${name}" (it has ${candidates})`);
    return all.filter(({ name }) => target.includes(name));
  };
  const byDefault = defaults && named(defaults, "Input containers");

  return {
    all,
    settle(placed) {
      const { target, place, whole } = placed;
      const hasDefault = byDefault !== undefined || all.length === 1;
      if (!target || whole === undefined || !hasDefault || target.some((name) => name === "*" || has(name)))
        return placed;
      const near = target.map((name) =>
        nearestName(
          name,
          all.map((container) => container.name),
        ),
      );
      if (near[0])
        notices.push(`${place}: ${target.join(", ")} is not a container (did you mean ${near[0]}?).`);
      return { target: undefined, place, value: whole };
    },
    meantBy({ target, place }) {
      if (target) return named(target, place);
      if (byDefault) return byDefault;
      if (all.length === 1) return all;
      faults.push(
        `${place} has no container (${origin} has ${candidates}): put a name and a colon in front (for images, a name and =), * for all, or set input containers`,
      );
      return [];
    },
  };
}

/** Names of containers, `*` for all of them; undefined for the defaults of lines without a name. */
export type Target = readonly string[] | undefined;

/** A value for some containers, and where it was given, such as `Input images, line 2`. */
export interface Placed<T> {
  readonly target: Target;
  readonly place: string;
  readonly value: T;
  /** The whole value, if the names of `target` are its first part, not containers. */
  readonly whole?: T;
}

// ECS API reference, ContainerDefinition.name: letters, numbers, underscores and hyphens.
const names = /^(\*|[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)[ \t]*$/;

/** Returns the containers in `a, b` or `*`, trimmed; undefined for any other text. */
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
