import { nearestName } from "@ecs-delivery/actions/core/nearest-name";
import { Refusal } from "@ecs-delivery/program/command-line";
import { type ActionFile, type ActionInput, typed } from "./action-file.ts";

/** Options of the command line itself. */
const own = ["help", "json"];

/**
 * Reads `--name value`, `--name=value`, `--name` and `--no-name`. An option that is given several times is an input of
 * several lines.
 */
export function readFlags(action: ActionFile, argv: readonly string[]) {
  const given = new Map<string, string[]>();
  const switches = new Set<string>();
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] as string;
    const flag = parseFlag(action, argument);
    if (own.includes(flag.name)) {
      if (flag.value !== undefined) throw new Refusal(`--${flag.name} takes no value.`);
      switches.add(flag.name);
      continue;
    }
    const next = argv[index + 1];
    let { value } = flag;
    if (value === undefined && next !== undefined && !next.startsWith("--")) {
      value = next;
      index++;
    }
    value ??= valueOfSwitch(action, flag.name);
    given.set(flag.name, [...(given.get(flag.name) ?? []), value]);
  }
  const inputs = action.inputs.map(({ name, fallback }) => [name, given.get(name)?.join("\n") ?? fallback]);
  return {
    help: switches.has("help"),
    json: switches.has("json"),
    /** By the name in action.yml, with the defaults of those that were not given. */
    inputs: Object.fromEntries(inputs) as Readonly<Record<string, string>>,
  };
}

/** Throws one error that names every required input without a value. */
export function requireInputs(action: ActionFile, inputs: Readonly<Record<string, string>>): void {
  const missing = action.inputs.filter(({ name, required }) => required && inputs[name]?.trim() === "");
  if (missing.length === 0) return;
  const list = missing.map(({ name, description }) => `  --${name}: ${description}`).join("\n");
  const options = missing.length === 1 ? "a required option is" : `${missing.length} required options are`;
  throw new Refusal(`${action.name}: ${options} missing:\n${list}\n${helpHint(action)}`);
}

function parseFlag(action: ActionFile, argument: string) {
  if (argument === "-h") return { name: "help", value: undefined };
  if (!argument.startsWith("--"))
    throw new Refusal(
      `${action.name}: unexpected argument "${argument}". Inputs are options, such as --${exampleOf(action)}. ${helpHint(action)}`,
    );
  const at = argument.indexOf("=");
  const name = argument.slice(2, at < 0 ? undefined : at);
  const value = at < 0 ? undefined : argument.slice(at + 1);
  const input = inputNamed(action, name);
  if (input) return { name: input.name, value };
  if (own.includes(name)) return { name, value };
  const negated = name.startsWith("no-") ? inputNamed(action, name.slice(3)) : undefined;
  if (negated?.isSwitch && value === undefined) return { name: negated.name, value: "false" };
  throw unknownFlag(action, name);
}

/** As on GitHub, the case of letters does not matter. */
function inputNamed(action: ActionFile, name: string): ActionInput | undefined {
  return action.inputs.find((input) => input.name.toLowerCase() === name.toLowerCase());
}

function unknownFlag(action: ActionFile, name: string): Refusal {
  const near = nearestName(name, [...action.inputs.map((input) => input.name), ...own]);
  const meant = near ? ` Did you mean --${near}?` : "";
  return new Refusal(`${action.name}: unknown option --${name}.${meant} ${helpHint(action)}`);
}

function valueOfSwitch(action: ActionFile, name: string): string {
  const input = inputNamed(action, name);
  if (input?.isSwitch) return "true";
  throw new Refusal(`${action.name}: --${name} needs a value. ${input?.description}.`);
}

const helpHint = (action: ActionFile) => `All options: ${typed(action)} --help`;

const exampleOf = ({ inputs: [first] }: ActionFile) => `${first?.name} ${first?.fallback || "VALUE"}`;
