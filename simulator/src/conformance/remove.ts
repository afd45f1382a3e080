import { type Pause, poll } from "./acts.ts";
import rows from "./kinds.json" with { type: "json" };
import { type Config, clientsOf, prefix } from "./set-ups.ts";

/** An operation and its input, in which `$…` stands for a value of the resource. */
type Call = readonly [operation: string, input: object];
type List = readonly [operation: string, input: object, members: string];

/** A kind of resource that a run can make, in the order in which they can be removed. */
interface Kind {
  readonly kind: string;
  readonly service: keyof ReturnType<typeof clientsOf>;
  readonly list: List;
  /** Members of the input and of the output. */
  readonly token?: readonly [string, string];
  /** Member with its name; by default the resource is its name. */
  readonly name?: string;
  /** Each is removed before. */
  readonly parts?: readonly [List, Call];
  /** Calls before the removal, each if the resource has all its values. */
  readonly before?: readonly Call[];
  readonly remove: Call;
  /** AWS removes it some minutes after the call. */
  readonly isSlow?: boolean;
}

const kinds = rows as unknown as readonly Kind[];

type Values = Readonly<Record<string, unknown>>;

/** Returns the input with the values; undefined if one is missing or empty. */
function inputOf(input: object, values: Values): object | undefined {
  let isComplete = true;
  const filled = JSON.stringify(input, (_, value) => {
    if (typeof value !== "string" || !value.startsWith("$")) return value;
    const found = value
      .slice(1)
      .split(".")
      .reduce<unknown>((at, part) => Object(at)[part], values);
    if (found === undefined || (Array.isArray(found) && found.length === 0)) isComplete = false;
    return found;
  });
  return isComplete ? JSON.parse(filled) : undefined;
}

function callsIn(config: Config, service: Kind["service"]) {
  const client = clientsOf(config)[service];
  return async (operation: string, input: object): Promise<Values> =>
    (Reflect.get(client, operation) as (input: object) => Promise<Values>).call(client, input);
}

/** Returns the resources of a kind that a run has made, by name. */
async function list(config: Config, kind: Kind): Promise<Map<string, Values>> {
  const call = callsIn(config, kind.service);
  const [operation, input, members] = kind.list;
  const found = new Map<string, Values>();
  let token: unknown;
  do {
    const more = token === undefined ? {} : { [kind.token?.[0] ?? ""]: token };
    const output = await call(operation, { ...input, ...more });
    for (const each of (output[members] ?? []) as (Values | string)[]) {
      const values: Values = typeof each === "string" ? {} : each;
      const name = String(typeof each === "string" ? each : each[kind.name ?? ""]);
      // Resources of EC2 have no names, and are listed by their tag.
      const isOurs = kind.service === "ec2" || name.split(/[:/]/).some((part) => part.startsWith(prefix));
      if (isOurs) found.set(name, { ...values, name });
    }
    token = kind.token && output[kind.token[1]];
  } while (token);
  return found;
}

async function remove(config: Config, kind: Kind, values: Values): Promise<void> {
  const call = callsIn(config, kind.service);
  const perform = async ([operation, input]: Call, more: Values = {}) => {
    const filled = inputOf(input, { ...values, ...more });
    if (filled) await call(operation, filled);
  };
  if (kind.parts) {
    const [[operation, input, members], removal] = kind.parts;
    const output = await call(operation, inputOf(input, values) ?? {});
    for (const part of (output[members] ?? []) as unknown[])
      await perform(removal, { ...Object(part), part });
  }
  for (const each of kind.before ?? []) await perform(each);
  await perform(kind.remove);
}

/** Returns what a run has left, such as `cluster arn:…`. */
export async function findLeft(config: Config): Promise<string[]> {
  const found = await Promise.all(
    kinds.map(async (kind) => [...(await list(config, kind)).keys()].map((name) => `${kind.kind} ${name}`)),
  );
  return found.flat();
}

/** AWS frees what another resource uses some seconds or minutes after the removal of that one. */
const isInUse = ({ name, message }: Error) =>
  /DependencyViolation|InUse|ContainsTasks/.test(`${name} ${message}`);

const isGoing = ({ State, StackStatus }: Values) => /deleting|DELETE_IN/i.test(String(State ?? StackStatus));

/** Removes everything of a run, or only its networks; goes on after a failure, and throws all of them at the end. */
export async function removeAll(config: Config, pause: Pause, networksOnly = false): Promise<void> {
  const failures: string[] = [];
  for (const kind of kinds.filter(({ service }) => !networksOnly || service === "ec2"))
    try {
      // One pass handles all of a kind, as two security groups may refer to each other.
      await poll(async () => {
        const failed: [string, Error][] = [];
        for (const [name, values] of await list(config, kind))
          if (!isGoing(values))
            await remove(config, kind, values).catch((error: Error) => failed.push([name, error]));
        if (failed.some(([, error]) => isInUse(error))) return false;
        if (failed.length === 0 && kind.isSlow && (await list(config, kind)).size > 0) return false;
        failures.push(...failed.map(([name, { message }]) => `${kind.kind} ${name}: ${message}`));
        return true;
      }, pause);
    } catch (error) {
      failures.push(`${kind.kind}: ${(error as Error).message}`);
    }
  if (failures.length > 0)
    throw new Error(`not everything was removed: ${failures.join("; ")}. Fix: run the command with --remove`);
}
