import { statSync } from "node:fs";
import { getInput as getRunnerInput } from "@actions/core";
import { parseDuration } from "./duration.ts";
import { Failure } from "./failure.ts";

/**
 * Reads an action's inputs into one typed value and reports every problem together: `build` calls the reader once per
 * input; a bad one is noted, its fallback returned, and after `build` all notes become one Failure. Names are
 * kebab-case, as in action.yml; `getInput` returns "" for an input that was not given.
 */
export function readInputs<T>(
  build: (read: InputReader) => T,
  getInput: (name: string) => string = getRunnerInput,
  aliases: Aliases = {},
): T {
  const problems = new Set<string>();
  const value = build(new InputReader(underAliases(getInput, aliases, problems), problems));
  if (problems.size > 0) throw inputsFailure([...problems]);
  return value;
}

/** Other names of inputs, such as those of the official actions, each with ours. */
export type Aliases = Readonly<Record<string, string>>;

/** An input with other names must not have a default in action.yml: it would count as given. */
function underAliases(
  getInput: (name: string) => string,
  aliases: Aliases,
  problems: Set<string>,
): (name: string) => string {
  return (name) => {
    const others = Object.keys(aliases).filter((alias) => aliases[alias] === name);
    const given = [name, ...others].filter((each) => getInput(each).trim() !== "");
    if (given.length > 1) problems.add(`Inputs ${given.join(" and ")} are the same: use only ${name}`);
    return getInput(given[0] ?? name);
  };
}

function inputsFailure(problems: string[]): Failure {
  const message =
    problems.length === 1 ? `${problems[0]}` : `${problems.length} inputs are wrong: ${problems.join("; ")}`;
  return new Failure(message, { nextStep: "correct `with:` of this step; nothing was changed." });
}

export interface NumberedLine {
  readonly number: number;
  readonly text: string;
}

/** Reads inputs by their names; a bad one is noted as a problem, and its fallback returned. */
export class InputReader {
  readonly #getInput: (name: string) => string;
  readonly #problems: Set<string>;

  constructor(getInput: (name: string) => string, problems: Set<string>) {
    this.#getInput = getInput;
    this.#problems = problems;
  }

  /** For a rule that concerns several inputs; a function of its own, as readers of values get it alone. */
  readonly problem = (sentence: string): void => void this.#problems.add(sentence);

  #raw(name: string): string {
    return this.#getInput(name).trim();
  }

  required(name: string): string {
    const value = this.#raw(name);
    if (!value) this.problem(`Input ${name} is required, but not set`);
    return value;
  }

  optional(name: string): string | undefined {
    return this.#raw(name) || undefined;
  }

  /** Reads one of `allowed`; `fallback` when not given, required without a fallback. */
  choice<C extends string>(name: string, allowed: readonly [C, ...C[]], fallback?: C): C {
    const value = this.#raw(name) || fallback;
    if (!value) this.problem(`Input ${name} is required; allowed: ${allowed.join(", ")}`);
    else if (!allowed.includes(value as C))
      this.problem(`Input ${name} is "${value}"; allowed: ${allowed.join(", ")}`);
    return (value ?? allowed[0]) as C;
  }

  /** Accepts the spellings of GitHub's own actions: true, True and TRUE. */
  boolean(name: string, fallback: boolean): boolean {
    const value = this.#raw(name);
    if (/^(true|True|TRUE)$/.test(value)) return true;
    if (/^(false|False|FALSE)$/.test(value)) return false;
    if (value) this.problem(`Input ${name} is "${value}"; allowed: true, false`);
    return fallback;
  }

  /** Returns undefined when it was not given. */
  optionalBoolean(name: string): boolean | undefined {
    return this.#raw(name) ? this.boolean(name, false) : undefined;
  }

  /** Reads a whole number in [min, max]. */
  integer<F extends number | undefined>(
    name: string,
    range: { min: number; max: number; fallback: F },
  ): number | F {
    const value = this.#raw(name);
    if (!value) return range.fallback;
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return number;
    this.problem(`Input ${name} is "${value}"; expected a whole number from ${range.min} to ${range.max}`);
    return range.fallback;
  }

  /** Reads milliseconds, from a text such as `90s`, `45m` or `1h30m`; undefined when not given. */
  duration(name: string, others = ""): number | undefined {
    const value = this.#raw(name);
    if (!value) return undefined;
    const ms = parseDuration(value);
    if (ms === undefined)
      this.problem(`Input ${name} is "${value}"; expected a duration such as 90s, 45m or 1h30m${others}`);
    return ms;
  }

  /**
   * Returns the lines that are not blank, trimmed, with their numbers from 1: values that may be secret are not shown.
   */
  numberedLines(name: string): NumberedLine[] {
    return this.#getInput(name)
      .split("\n")
      .map((line, index) => ({ number: index + 1, text: line.trim() }))
      .filter(({ text }) => text !== "");
  }

  /** Returns the lines that are not blank, trimmed. */
  lines(name: string): string[] {
    return this.numberedLines(name).map(({ text }) => text);
  }

  /** Returns names on lines or between commas, trimmed. */
  names(name: string): string[] {
    return this.lines(name)
      .flatMap((line) => line.split(","))
      .map((item) => item.trim())
      .filter(Boolean);
  }

  /** Reads lines `key=value`, cut at the first `=`; a key given twice is a problem. */
  pairs(name: string): Map<string, string> {
    const result = new Map<string, string>();
    for (const line of this.lines(name)) {
      const at = line.indexOf("=");
      const key = line.slice(0, at).trim();
      if (at < 1 || !key)
        this.problem(`Input ${name} has the line "${line}"; expected lines of the form name=value`);
      else if (result.has(key)) this.problem(`Input ${name} gives "${key}" twice`);
      else result.set(key, line.slice(at + 1).trim());
    }
    return result;
  }

  /** Reads a JSON value that `accept` approves; `expected` describes such a value in words. */
  json<J>(name: string, expected: string, accept: (value: unknown) => value is J, fallback: J): J {
    const text = this.#raw(name);
    if (!text) return fallback;
    try {
      const value: unknown = JSON.parse(text);
      if (accept(value)) return value;
      this.problem(`Input ${name} is not ${expected}`);
    } catch (error) {
      this.problem(`Input ${name} is not ${expected}: ${(error as Error).message}`);
    }
    return fallback;
  }

  #existing(name: string, kind: "file" | "folder", path: string): string {
    const stats = path ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (path && !stats) this.problem(`Input ${name}: ${kind} ${path} does not exist (in ${process.cwd()})`);
    else if (stats && (kind === "file") !== stats.isFile())
      this.problem(`Input ${name}: ${path} is not a ${kind}`);
    return path;
  }

  file(name: string): string {
    return this.#existing(name, "file", this.required(name));
  }

  optionalFile(name: string): string | undefined {
    return this.#existing(name, "file", this.#raw(name)) || undefined;
  }

  folder(name: string): string {
    return this.#existing(name, "folder", this.required(name));
  }
}
