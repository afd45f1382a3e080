import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { wrap } from "@ecs-delivery/program/wrap";
import { parse } from "yaml";
import type { Terminal } from "../terminal/style.ts";

export type ActionInput = ReturnType<typeof readInput>;
export type ActionFile = ReturnType<typeof readActionFile>;

interface Parsed {
  readonly description: string;
  readonly inputs?: Readonly<Record<string, ParsedInput>>;
  readonly outputs?: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly main?: string; readonly post?: string; readonly "post-if"?: string };
}

interface ParsedInput {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
  readonly deprecationMessage?: string;
}

/** Returns the names of the actions in a folder, in alphabetical order. */
export function listActions(actions: string): string[] {
  return readdirSync(actions)
    .filter((name) => existsSync(join(actions, name, "action.yml")))
    .sort();
}

export function readActionFile(actions: string, name: string) {
  const folder = join(actions, name);
  const {
    description,
    inputs = {},
    outputs = {},
    runs,
  }: Parsed = parse(readFileSync(join(folder, "action.yml"), "utf8"));
  const { main, post, "post-if": postIf = "always()" } = runs;
  return {
    name,
    description,
    folder,
    inputs: Object.entries(inputs).map(([input, parsed]) => readInput(input, parsed, inputs)),
    outputs: Object.entries(outputs).map(([output, parsed]) => ({
      name: output,
      description: parsed.description,
    })),
    /** Paths from the folder on; undefined for a composite action, which only a workflow can run. */
    entries: main ? { main, ...(post ? { post } : {}), postIf } : undefined,
  };
}

function readInput(name: string, parsed: ParsedInput, all: Readonly<Record<string, ParsedInput>>) {
  const { description, required = false, default: fallback = "", deprecationMessage } = parsed;
  const meant = /^(?:Alias|Former name) of `([^`]+)`/.exec(description)?.[1];
  return {
    name,
    description,
    required: required && fallback === "",
    /** Empty without a default. */
    fallback: `${fallback}`,
    /** Set for another name of an input; says what to use. */
    deprecation: deprecationMessage,
    /** Whether `--name` alone means `true`. */
    isSwitch: saysTrue(parsed) || (meant !== undefined && all[meant] !== undefined && saysTrue(all[meant])),
  };
}

/** An action.yml has no types: an input takes `true` if its default or its text says so. */
function saysTrue({ description, default: fallback, deprecationMessage = "" }: ParsedInput): boolean {
  return (
    /^(true|false)$/.test(`${fallback}`) || /`true`/.test(description) || /\btrue\b/.test(deprecationMessage)
  );
}

/** Column of the descriptions; longer options have their description on the next line. */
const indent = 30;

/** Returns the help text of an action, from its action.yml. */
export function actionHelp(action: ActionFile, { columns, style }: Terminal): string {
  const current = action.inputs.filter(({ deprecation }) => deprecation === undefined);
  const required = current.filter((input) => input.required);
  const optional = current.filter((input) => !input.required);
  const older = action.inputs.filter(({ deprecation }) => deprecation !== undefined);
  const inText = (text: string) =>
    text.replace(/`([^`]+)`/g, (whole, code) => coloured(whole, style.cyan(code)));
  const textOf = ({ description, fallback }: ActionInput) =>
    `${inText(description)}${fallback ? ` (default: ${fallback.replaceAll("\n", ", ")})` : ""}`;
  const row = (left: string, right: string) => describe(left, right, columns);
  const section = (title: string, rows: readonly string[]) =>
    rows.length === 0 ? [] : [[style.bold(title), ...rows].join("\n")];
  return [
    `${style.bold("Usage:")} ${typed(action)}${required.map(({ name }) => ` --${name} VALUE`).join("")} [options]`,
    wrap(`${action.description}.`, columns),
    ...section(
      "Required:",
      required.map((input) => row(flagOf(input), textOf(input))),
    ),
    ...section(
      "Options:",
      optional.map((input) => row(flagOf(input), textOf(input))),
    ),
    ...section("Command line:", [
      row("  --json", "Print one JSON object with outcome, outputs, annotations and summary"),
      row("  --help", "Print this text"),
    ]),
    ...section(
      "Other names, which still work:",
      older.map((input) => row(`  --${input.name}`, `${input.deprecation}`)),
    ),
    ...section(
      "Outputs:",
      action.outputs.map(({ name, description }) => row(`  ${name}`, inText(description))),
    ),
    wrap(
      "An option with several lines is given several times, or as one text with line breaks. Credentials and region come from the environment or the profile, as for the AWS CLI.",
      columns,
    ),
  ].join("\n\n");
}

/** The command as its user typed it; in a clone, npm runs it under its own name. */
export function typed({ name }: ActionFile): string {
  return process.env.npm_lifecycle_event === name ? `npm run ${name} --` : `ecs-delivery ${name}`;
}

function flagOf({ name, isSwitch }: ActionInput): string {
  return `  --${name}${isSwitch ? "" : " VALUE"}`;
}

/** Without colours, the backquotes stay: they separate values from words. */
function coloured(quoted: string, code: string): string {
  return code.startsWith("\x1b") ? code : quoted;
}

function describe(left: string, right: string, columns: number): string {
  if (left.length <= indent - 2) return wrap(`${left.padEnd(indent)}${right}`, columns, indent);
  return `${left}\n${wrap(`${" ".repeat(indent)}${right}`, columns, indent)}`;
}
