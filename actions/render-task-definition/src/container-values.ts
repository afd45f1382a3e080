import type { InputReader, NumberedLine } from "../../core/inputs.ts";
import { isObject } from "../../core/is-object.ts";
import { type Placed, parseTarget, splitTarget } from "./containers.ts";
import { readJsonInput } from "./named-values.ts";

/** Reads lines `container=image`, or an image alone. Neither a digest nor a tag has a `=`. */
export function readImages(read: InputReader, input = "images"): Placed<string>[] {
  return read.numberedLines(input).flatMap(({ number, text }) => {
    const place = `Input ${input}, line ${number}`;
    const equals = text.indexOf("=");
    const target = equals < 0 ? undefined : parseTarget(text.slice(0, equals).trim());
    const value = text.slice(equals + 1).trim();
    if (value !== "" && !/\s/.test(value) && (equals < 0 || target)) return [{ target, place, value }];
    read.problem(`${place} is "${text}"; expected container=image, or an image alone`);
    return [];
  });
}

/** Reads lines `[container:]choice`. */
export function readChoices(read: InputReader, input: string, allowed: readonly string[]): Placed<string>[] {
  return read.numberedLines(input).flatMap(({ number, text }) => {
    const place = `Input ${input}, line ${number}`;
    const { target, rest } = splitTarget(text);
    if (allowed.includes(rest)) return [{ target, place, value: rest }];
    read.problem(`${place} is "${rest}" (allowed: ${allowed.join(", ")})`);
    return [];
  });
}

/** Reads lines `[container:]ARN` of environment files in S3. */
export function readFileArns(read: InputReader, input: string): Placed<string>[] {
  return read.numberedLines(input).flatMap(({ number, text }) => {
    const place = `Input ${input}, line ${number}`;
    // An ARN has colons of its own.
    const { target, rest } = text.startsWith("arn:") ? { target: undefined, rest: text } : splitTarget(text);
    if (rest.startsWith("arn:")) return [{ target, place, value: rest }];
    read.problem(`${place} is not of the form [container:]ARN`);
    return [];
  });
}

/**
 * Reads a JSON array of words, or lines `[container:]words` quoted as for a shell. No words mean the image's own command.
 */
export function readCommands(read: InputReader, input: string): Placed<readonly string[]>[] {
  const text = read.optional(input) ?? "";
  if (!text.startsWith("[")) return read.numberedLines(input).flatMap((line) => fromLine(read, input, line));
  const value = readJsonInput(read, input);
  return value === undefined ? [] : wordsOf(read, { target: undefined, place: `Input ${input}`, value });
}

function fromLine(read: InputReader, input: string, { number, text }: NumberedLine) {
  const { target, rest } = splitTarget(text);
  const place = `Input ${input}, line ${number}`;
  const whole = target && splitCommand(text);
  const words = wordsOf(read, { target, place, value: rest });
  return Array.isArray(whole) ? words.map((placed) => ({ ...placed, whole })) : words;
}

function wordsOf(read: InputReader, { target, place, value }: Placed<unknown>): Placed<readonly string[]>[] {
  const words = typeof value === "string" ? splitCommand(value) : value;
  if (Array.isArray(words) && words.every((word) => typeof word === "string"))
    return [{ target, place, value: words }];
  if (typeof value === "string" && isObject(words))
    read.problem(
      `${place}: at "${value.slice(Number(words.column) - 1)}", ${words.text} (quote it, or run sh -c '…' in the container)`,
    );
  else read.problem(`${place} is not a JSON array of strings such as ["node","server.js"]`);
  return [];
}

/** Where and why a command's text cannot be split into words. */
interface WordFault {
  /** 1-based. */
  readonly column: number;
  readonly text: string;
}

/** Characters that a shell interprets when unquoted; ECS starts a command without one. */
const shellMarks = "|&;<>()$`";

/**
 * Splits a command into words by the quoting of POSIX (Shell Command Language, 2.2): blanks separate them, `'…'` keeps
 * everything, `"…"` keeps everything except `\` before `"`, `\`, `$` and a backquote, `\` keeps the next character.
 * Anything that only a shell could do is a fault.
 */
function splitCommand(text: string): readonly string[] | WordFault {
  const words: string[] = [];
  let word: string | undefined;
  let quote: { mark: string; at: number } | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === quote?.mark) {
      quote = undefined;
    } else if (quote?.mark === "'") {
      word += character;
    } else if (character === "\\") {
      const next = text[++at];
      if (next === undefined) return { column: at, text: "the last \\ is followed by nothing" };
      word = `${word ?? ""}${quote && !'"\\$`'.includes(next) ? "\\" : ""}${next}`;
    } else if (quote ? "$`".includes(character) : shellMarks.includes(character)) {
      return { column: at + 1, text: `${character} needs a shell, and the command does not run in one` };
    } else if (quote) {
      word += character;
    } else if (character === "'" || character === '"') {
      quote = { mark: character, at };
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote) return { column: quote.at + 1, text: `the ${quote.mark} is not closed` };
  return word === undefined ? words : [...words, word];
}
