import type { Aws } from "../services/api.ts";
import type { RolePolicies } from "./permissions.ts";

/** Parts of ARNs that a call's input does not have. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly role: (name: string) => RolePolicies | undefined;
}

/** The place, and the services' own state in process. */
export interface Context extends Place {
  readonly aws: Aws;
}

/** The service itself reports what is wrong with a name that it does not find. */
export function orNothing<Output extends object>(call: Promise<Output>): Promise<Partial<Output>> {
  return call.catch(() => ({}));
}

/** Returns the texts at a path such as `pipeline.name`; a list on the way gives one for each of its items. */
export function textsAt(value: unknown, path: string, { ignoreCase = false } = {}): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsAt(item, path, { ignoreCase }));
  if (path === "") return ["string", "number", "boolean"].includes(typeof value) ? [String(value)] : [];
  if (typeof value !== "object" || value === null) return [];
  const [first = "", ...rest] = path.split(".");
  const name = ignoreCase
    ? (Object.keys(value).find((each) => each.toLowerCase() === first.toLowerCase()) ?? first)
    : first;
  return textsAt((value as Record<string, unknown>)[name], rest.join("."), { ignoreCase });
}

export const textAt = (input: object, path: string): string | undefined => textsAt(input, path)[0];

/** Tags in the input, in any of the services' forms. */
export function tagsOf(input: object): ReadonlyMap<string, string> | undefined {
  const { tags, Tags, TagSpecifications } = input as Record<string, unknown>;
  const given =
    tags ?? Tags ?? (TagSpecifications as { Tags?: object }[] | undefined)?.map((each) => each.Tags);
  if (typeof given !== "object" || given === null) return undefined;
  if (!Array.isArray(given)) return new Map(Object.entries(given));
  return new Map(
    given.flat().map((tag) => {
      const { Key, key = Key, Value, value = Value } = tag as Record<string, string | undefined>;
      return [key ?? "", value ?? ""];
    }),
  );
}
