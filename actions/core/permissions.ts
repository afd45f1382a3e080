import table from "../permissions.json" with { type: "json" };

/** Actions of IAM that an action calls on the same resources, in the same case. */
interface Row {
  /** Separated by spaces. */
  readonly actions: string;
  /** `service:resource` of this account and region, or a whole ARN, with `{placeholders}`; `*` without it. */
  readonly on?: string | readonly string[];
  /** Whether the tasks' cluster is a condition instead of a resource. */
  readonly cluster?: boolean;
  readonly condition?: object;
  /** Inputs that need it: `a=x`, `a`, `!a` or `a|b`; all that are separated by spaces. Without it, always. */
  readonly when?: string;
  /** Whether the action does without it: it only improves messages. */
  readonly optional?: boolean;
  readonly why?: string;
}

/** Text of each input, with its default. `*` is a value that is known only in a run. */
export type InputTexts = Readonly<Record<string, string>>;

/** Values of each placeholder; several make several resources, and an empty list makes none. */
export type ResourceNames = Readonly<Record<string, readonly string[]>>;

/** An action as a workflow uses it. `codedeploy` and `ecs` among the inputs say which of them may deploy. */
export interface ActionUse {
  readonly action: string;
  readonly inputs: InputTexts;
  readonly names: ResourceNames;
}

export interface Statement {
  readonly Effect: "Allow";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** Returns what an action calls, from `permissions.json`. */
export function permissionsOf(action: string): Row[] {
  const rows: readonly (Row | { of: string; without: string })[] =
    (table.actions as Readonly<Record<string, readonly Row[]>>)[action] ?? [];
  return rows.flatMap((row) => {
    if (!("of" in row)) return row;
    const left = row.without.split(" ");
    return permissionsOf(row.of).filter(({ actions }) => !left.some((name) => actions.includes(name)));
  });
}

/** The use that an action's README documents. */
export function documentedUse(action: string, defaults: InputTexts): ActionUse {
  const given = (table.documented as Readonly<Record<string, InputTexts>>)[action];
  const inputs = { ...defaults, service: "customer", codedeploy: "true", ecs: "true", ...given };
  return { action, inputs, names: table.example };
}

/** Returns the least policy for these uses, and the placeholders whose values are unknown, which it leaves open. */
export function leastPolicy(uses: readonly ActionUse[]): { policy: Policy; open: string[] } {
  const merged = new Map<string, { actions: string[]; Resource: string[]; Condition: object | undefined }>();
  const open = new Set<string>();
  for (const { action, inputs, names } of uses)
    for (const row of permissionsOf(action).filter((each) => !each.optional && isNeeded(each, inputs))) {
      const found = [row.on ?? "*"].flat().flatMap((text) => resourcesOf(text, names, open));
      const Resource = [...new Set(found)];
      if (Resource.length === 0) continue;
      const Condition = conditionOf(row, names);
      const key = JSON.stringify([Resource, Condition]);
      const actions = [...(merged.get(key)?.actions ?? []), ...row.actions.split(" ")];
      merged.set(key, { actions, Resource, Condition });
    }
  const anywhere = merged.get(unlimited)?.actions ?? [];
  const statements = [...merged].flatMap(([key, { actions, Resource, Condition }]): Statement[] => {
    const needed = key === unlimited ? actions : actions.filter((each) => !anywhere.includes(each));
    const Action = [...new Set(needed)].sort();
    if (Action.length === 0) return [];
    return [
      {
        Effect: "Allow",
        Action: single(Action),
        Resource: single(Resource),
        ...(Condition && { Condition }),
      },
    ];
  });
  return { policy: { Version: "2012-10-17", Statement: statements }, open: [...open] };
}

const unlimited = JSON.stringify([["*"], undefined]);
const single = (list: readonly string[]) => (list.length === 1 ? (list[0] as string) : list);

export function isNeeded({ when = "" }: Row, inputs: InputTexts): boolean {
  return when.split(" ").every((term) => term.split("|").some((each) => holds(each, inputs)));
}

/** A value that is known only in a run may be any. */
function holds(term: string, inputs: InputTexts): boolean {
  const [, not, name = "", value] = /^(!?)([\w-]*)(?:=(.*))?$/.exec(term) ?? [];
  const text = inputs[name] ?? "";
  if (name === "" || text === "*") return true;
  // An action without this input does what the rows of another one say.
  if (value !== undefined) return inputs[name] === undefined || text === value;
  return (text === "" || text === "false") === (not === "!");
}

function resourcesOf(template: string, names: ResourceNames, open: Set<string>): string[] {
  const name = /\{([\w-]+)\}/.exec(template)?.[1];
  if (!name) return [/^(arn:|\*)/.test(template) ? template : arnOf(template, names)];
  const values = names[name] ?? ["*"];
  if (values.some((value) => /(^|\/)\*$/.test(value))) open.add(name);
  return values.flatMap((value) => resourcesOf(template.replace(`{${name}}`, value), names, open));
}

/** Roles and buckets have no region. */
function arnOf(
  text: string,
  { partition = ["aws"], region = ["*"], account = ["*"] }: ResourceNames,
): string {
  const [service = "", ...resource] = text.split(":");
  return ["arn", partition[0], service, service === "iam" ? "" : region[0], account[0], ...resource].join(
    ":",
  );
}

function conditionOf({ cluster, condition }: Row, names: ResourceNames): object | undefined {
  const arns = cluster ? resourcesOf("ecs:cluster/{cluster}", names, new Set()) : [];
  if (arns.length === 0) return condition;
  return {
    [`${arns}`.includes("*") ? "ArnLike" : "ArnEquals"]: { "ecs:cluster": single(arns) },
    ...condition,
  };
}
