import { compileWildcard, type Matches } from "../kit/wildcard.ts";
import table from "./generated/actions.json" with { type: "json" };

export interface ResourceType {
  /** Such as `ecs:service`. */
  readonly id: string;
  /** Such as `arn:aws:ecs:{Region}:{Account}:service/{ClusterName}/{ServiceName}`. */
  readonly template: string;
  readonly variables: readonly string[];
  readonly required: boolean;
  /** Whether an ARN is of this type. */
  readonly matches: Matches;
}

export interface Action {
  /** Such as `Write`, `Tagging, Write`, `List`. */
  readonly level: string;
  /** `any` for an action whose resource is the ARN in its input, of one of many types. */
  readonly types: readonly ResourceType[] | "any";
  /** Keys of its requests besides the global ones, in small letters; of a key with a tag, the part before the tag. */
  readonly keys: ReadonlySet<string>;
}

const actions = new Map<string, Action>();

/** Returns a row of AWS's Service Authorization Reference; undefined for an action that is not in the table. */
export function findAction(name: string): Action | undefined {
  const known = actions.get(name);
  if (known) return known;
  const rows: Readonly<Record<string, readonly string[]>> = table.actions;
  const [level, types, keys] = rows[name] ?? [];
  if (level === undefined) return undefined;
  const service = name.split(":")[0] ?? "";
  const words = (text = "") => text.split(" ").filter((word) => word !== "");
  const action: Action = {
    level,
    types: types === "any" ? types : words(types).map((type) => resourceType(service, type)),
    keys: new Set(words(keys).map((key) => keyName(key.replace(/\$\{.*/, "")))),
  };
  actions.set(name, action);
  return action;
}

/** Returns the name by which a key is found; keys are compared without case, and a tag's key is a part of its own. */
export function keyName(key: string): string {
  const name = key.toLowerCase();
  return name.includes("/") ? name.slice(0, name.indexOf("/") + 1) : name;
}

function resourceType(service: string, name: string): ResourceType {
  const id = `${service}:${name.replace(/\*$/, "")}`;
  const arns: Readonly<Record<string, string>> = table.arns;
  const template = arns[id] ?? "";
  const variables = [...template.matchAll(/\{(\w+)\}/g)].map(([, variable = ""]) => variable);
  const matches = compileWildcard(template.replace(/\{\w+\}/g, "*"));
  return { id, template, variables, required: name.endsWith("*"), matches };
}
