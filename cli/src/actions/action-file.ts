import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface ActionInput {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** Empty when there is none. */
  readonly fallback: string;
  /** Set for another name of an input; says what to use. */
  readonly deprecation: string | undefined;
  /** Whether `--name` alone means `true`. */
  readonly isSwitch: boolean;
}

export interface ActionFile {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly ActionInput[];
  readonly outputs: readonly { readonly name: string; readonly description: string }[];
  readonly folder: string;
  /** Paths from the folder on; undefined for a composite action, which only a workflow can run. */
  readonly entries: { readonly main: string; readonly post?: string; readonly postIf: string } | undefined;
}

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

export function readActionFile(actions: string, name: string): ActionFile {
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
    entries: main ? { main, ...(post ? { post } : {}), postIf } : undefined,
  };
}

function readInput(
  name: string,
  parsed: ParsedInput,
  all: Readonly<Record<string, ParsedInput>>,
): ActionInput {
  const { description, required = false, default: fallback = "", deprecationMessage } = parsed;
  const meant = /^(?:Alias|Former name) of `([^`]+)`/.exec(description)?.[1];
  return {
    name,
    description,
    required: required && fallback === "",
    fallback: `${fallback}`,
    deprecation: deprecationMessage,
    isSwitch: saysTrue(parsed) || (meant !== undefined && all[meant] !== undefined && saysTrue(all[meant])),
  };
}

/** An action.yml has no types: an input takes `true` if its default or its text says so. */
function saysTrue({ description, default: fallback, deprecationMessage = "" }: ParsedInput): boolean {
  return (
    /^(true|false)$/.test(`${fallback}`) || /`true`/.test(description) || /\btrue\b/.test(deprecationMessage)
  );
}
