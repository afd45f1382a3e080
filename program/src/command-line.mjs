// @ts-check
// The options of a command, described in a table that gives the parser and the usage text. Plain JavaScript without
// dependencies: run.mjs reads it on the machine's own Node, before anything is installed.
import { parseArgs } from "node:util";
import { wrap } from "./wrap.mjs";

/**
 * @template [T=any]
 * @typedef {object} Option
 * @property {string} help
 * @property {string} [value] Placeholder of the value; an option without it is a switch.
 * @property {(text: string) => T} [parse] Throws what is wrong with the text, as the end of a sentence.
 * @property {boolean} [multiple]
 * @property {T} [otherwise] The option's value where none follows.
 */

/**
 * @template {Record<string, Option>} [O=Record<string, Option>]
 * @typedef {object} Command
 * @property {string} name Also the npm script's.
 * @property {string} [usage] Without it, that of the npm script.
 * @property {string} about
 * @property {O} options
 * @property {string} [notes] Shown below the options.
 * @property {(values: Values<O>, columns?: number) => string | undefined} [print] The text that is all the user wants.
 * @property {(values: Values<O>, project: string) => Promise<void>} [check] Rejects with the reason why it cannot run.
 */

/**
 * @template {Record<string, Option>} O
 * @typedef {{ [N in keyof O]?: Value<O[N]> } & { help?: boolean }} Values
 */

/**
 * @template {Option} O
 * @typedef {O extends { multiple: true } ? Parsed<O>[] : Parsed<O>} Value
 */

/**
 * @template {Option} O
 * @typedef {O extends { parse: (text: string) => infer T } ? T : O extends { value: string } ? string : boolean} Parsed
 */

/** Bad input, or a machine that lacks something: one sentence, and nothing has been changed. */
export class Refusal extends Error {}

/** The exit code of a command that refused to start. */
export const refused = 2;

const help = { help: "print this text" };

/**
 * Keeps the types of the values.
 * @template {Record<string, Option>} const O
 * @param {O} options
 */
export function defineOptions(options) {
  return options;
}

/**
 * Throws a refusal that names the option and its allowed values.
 * @template {Record<string, Option>} O
 * @param {Command<O>} command
 * @param {readonly string[]} argv
 * @returns {Values<O>}
 */
export function parseCommandLine(command, argv) {
  return parse(command, argv, (argument) => {
    throw new Refusal(`unexpected argument "${argument}". ${listOf({ ...command.options, help })}`);
  });
}

/**
 * Returns the arguments too, for a command that takes some.
 * @template {Record<string, Option>} O
 * @param {Command<O>} command
 * @param {readonly string[]} argv
 */
export function parseWithArguments(command, argv) {
  /** @type {string[]} */
  const given = [];
  return { values: parse(command, argv, (argument) => given.push(argument)), given };
}

/**
 * @template {Record<string, Option>} O
 * @param {Command<O>} command
 * @param {readonly string[]} argv
 * @param {(argument: string) => void} onArgument
 * @returns {Values<O>}
 */
function parse(command, argv, onArgument) {
  const options = { ...command.options, help };
  const mayBeAlone = (/** @type {string} */ each) =>
    options[each.replace(/^--/, "")]?.otherwise !== undefined;
  const { tokens } = parseArgs({
    // Without this, the next option would be the value.
    args: argv.map((each, index) =>
      mayBeAlone(each) && (argv[index + 1] ?? "-").startsWith("-") ? `${each}=` : each,
    ),
    options: parserOptions(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  /** @type {Record<string, any>} */
  const values = {};
  for (const token of tokens) {
    if (token.kind === "positional") onArgument(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) throw new Refusal(unknown(rawName, options));
    const parsed = parseValue(`--${name}`, option, value);
    values[name] = option.multiple ? [...(values[name] ?? []), parsed] : parsed;
  }
  return /** @type {Values<O>} */ (values);
}

/**
 * `npm run lab --once` without "--" gives the option to npm, which passes it on in the environment only. Returns the
 * arguments as they were meant.
 * @param {Command<any>} command
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string[]}
 */
export function restoreFromNpm(command, argv, environment) {
  if (environment.npm_lifecycle_event !== command.name) return [...argv];
  const restored = [];
  const withoutValue = [];
  for (const [name, option] of Object.entries(command.options)) {
    const given = environment[npmVariable(name)];
    if (!given) continue;
    if (given !== "true") restored.push(...given.split("\n\n").map((value) => `--${name}=${value}`));
    else if (option.value) withoutValue.push(name);
    else restored.push(`--${name}`);
  }
  if (withoutValue.length === 0) return [...restored, ...argv];
  // npm takes `--port 5000` for a switch and an argument.
  const [value, ...rest] = argv;
  if (
    withoutValue.length > 1 ||
    !value ||
    value.startsWith("-") ||
    rest.some((each) => !each.startsWith("-"))
  )
    throw new Refusal(
      `npm has kept ${withoutValue.map((name) => `--${name}`).join(" and ")} to itself. Fix: write the options after two dashes: npm run ${command.name} -- ${withoutValue.map((name) => `--${name} ${command.options[name].value}`).join(" ")}`,
    );
  return [...restored, `--${withoutValue[0]}=${value}`, ...rest];
}

/**
 * Without the variables that `restoreFromNpm` reads: npm warns of each when it runs again.
 * @param {Command<any>} command
 * @param {NodeJS.ProcessEnv} environment
 */
export function withoutNpmOptions(command, environment) {
  const names = new Set(Object.keys(command.options).map(npmVariable));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.has(name)));
}

/** @param {string} name */
const npmVariable = (name) => `npm_config_${name.replaceAll("-", "_")}`;

/**
 * @param {Command<any>} command
 * @param {number} [columns] of the terminal
 */
export function usageOf(command, columns = 100) {
  const width = Math.min(columns, 110);
  const rows = Object.entries({ ...command.options, help }).map(([name, { value, help }]) => [
    `  --${name}${value ? ` ${value}` : ""}`,
    help,
  ]);
  const indent = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    command.usage ?? `npm run ${command.name} -- [options]`,
    ...command.about.split("\n\n").map((paragraph) => wrap(paragraph.replaceAll("\n", " "), width)),
    rows.map(([left, right]) => wrap(`${left.padEnd(indent)}${right}`, width, indent)).join("\n"),
    ...(command.notes ? [wrap(command.notes, width)] : []),
  ].join("\n\n");
}

/**
 * Returns the text to print instead of running the command, if there is one.
 * @template {Record<string, Option>} O
 * @param {Command<O>} command
 * @param {Values<O>} values
 * @param {number} [columns] of the terminal
 */
export function textOf(command, values, columns) {
  return values.help ? usageOf(command, columns) : command.print?.(values, columns);
}

/**
 * @param {number} least
 * @param {number} most
 */
export function wholeNumber(least, most) {
  return (/** @type {string} */ text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new Error(`is not a whole number from ${least} to ${most}`);
    return value;
  };
}

/**
 * @template {string} const T
 * @param {...T} allowed
 */
export function oneOf(...allowed) {
  return (/** @type {string} */ text) => {
    const found = allowed.find((each) => each === text);
    if (found === undefined) throw new Error(`is not one of ${allowed.join(", ")}`);
    return found;
  };
}

/** @param {Record<string, Option>} options */
function parserOptions(options) {
  return Object.fromEntries(
    Object.entries(options).map(([name, { value }]) => [
      name,
      {
        type: /** @type {"string" | "boolean"} */ (value ? "string" : "boolean"),
        ...(name === "help" ? { short: "h" } : {}),
      },
    ]),
  );
}

/**
 * @param {string} name
 * @param {Option} option
 * @param {string | undefined} text
 */
function parseValue(name, option, text) {
  if (!option.value) {
    if (text !== undefined) throw new Refusal(`${name} takes no value, and has "${text}"`);
    return true;
  }
  if (text === "" && option.otherwise !== undefined) return option.otherwise;
  // `--port --once`: the next option is not a value.
  if (text === undefined || text.startsWith("--"))
    throw new Refusal(`${name} needs a value: ${name} ${option.value}`);
  try {
    return option.parse ? option.parse(text) : text;
  } catch (error) {
    throw new Refusal(`${name}: "${text}" ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * @param {string} given
 * @param {Record<string, Option>} options
 */
function unknown(given, options) {
  const near = nearest(given.replace(/^-+/, ""), Object.keys(options));
  return `unknown option ${given}${near ? `, did you mean --${near}?` : "."} ${listOf(options)}`;
}

/** @param {Record<string, Option>} options */
function listOf(options) {
  return `Options: ${Object.keys(options)
    .map((name) => `--${name}`)
    .join(", ")}`;
}

/**
 * @param {string} given
 * @param {readonly string[]} names
 * @returns {string | undefined}
 */
export function nearest(given, names) {
  let best = { name: /** @type {string | undefined} */ (undefined), far: Number.POSITIVE_INFINITY };
  for (const name of names) {
    const far = name.startsWith(given) ? 1 : distance(given, name);
    if (far < best.far) best = { name, far };
  }
  // With half of the letters changed it is another word.
  return best.far <= Math.min(3, given.length / 2) ? best.name : undefined;
}

/**
 * How many letters to insert, remove or replace (Levenshtein).
 * @param {string} a
 * @param {string} b
 * @returns {number}
 */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = /** @type {number} */ (row[j]) + (letter === other ? 0 : 1);
      next.push(
        Math.min(replaced, /** @type {number} */ (row[j + 1]) + 1, /** @type {number} */ (next[j]) + 1),
      );
    }
    row = next;
  }
  return /** @type {number} */ (row[b.length]);
}
