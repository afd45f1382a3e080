/** Text in place of a hidden value. */
export const hidden = "***";

/** Variables, options and flags with such a name contain a secret in any form. */
const secretName =
  /pass|pwd|phrase|secret|token|credential|key|salt|auth(?!ors?(?:$|[-_.]))|cookie|session|signature|dsn|private|connection[-_.]?str|(?:^|[-_.])(?:pw|pin|otp)(?:$|[-_.])/i;

const plainShapes = [
  // A number, also with a unit or of a version: 80, -1.5, 512m, 90%, v1.2.3.
  /^-?\d{1,12}(?:\.\d{1,12})?(?:[A-Za-z]{1,2}|%)?$/,
  /^v?\d{1,4}(?:\.\d{1,6}){0,3}$/,
  // A word of an enumeration: true, production, us-east-1, INFO, Europe.
  /^[A-Za-z][a-z]{0,23}(?:[-_.](?:[A-Za-z][a-z]{0,23}|\d{1,4})){0,2}$/,
  /^[A-Z]{1,24}(?:[-_.](?:[A-Z]{1,24}|\d{1,4})){0,2}$/,
  // A host, by name or by address, with or without a port.
  /^(?:[a-z0-9][a-z0-9-]{0,62}\.){1,10}[a-z]{2,24}(?::\d{1,5})?$/,
  /^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/,
];

/**
 * Returns the value of a variable or an option: a number, boolean, host, URL or word is shown, anything else may be
 * secret.
 */
export function shownVariable(name: string, value: string): string {
  return !secretName.test(name) && isPlain(value) ? value : hidden;
}

function isPlain(value: string): boolean {
  return value === "" || plainShapes.some((shape) => shape.test(value)) || isPlainUrl(value);
}

/**
 * Returns whether a URL has no user, query or fragment; a path may be a webhook's secret, so each part of it has to be
 * plain.
 */
function isPlainUrl(value: string): boolean {
  const [, rest = ""] = /^[a-z][a-z0-9+.-]{1,20}:\/\/([^\s@?#]+)$/.exec(value) ?? [];
  const [host = "", ...path] = rest.split("/");
  return rest !== "" && [host.replace(/:\d{1,5}$/, ""), ...path].every(isPlainPart);
}

function isPlainPart(part: string): boolean {
  return part === "" || plainShapes.some((shape) => shape.test(part));
}

/** Returns the words of a command, each shown or hidden. A flag shows its name; the value of a secret one is hidden. */
export function shownCommand(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const before = words[index - 1] ?? "";
    if ((isSecretFlag(before) && !word.startsWith("-")) || isScheme(before)) return hidden;
    // A line for a shell.
    if (/\s/.test(word)) {
      const parts = shownCommand(word.match(/\S+/g) ?? []);
      return word.replace(/\S+/g, () => parts.shift() ?? hidden);
    }
    const [, flag, value] = /^(-[A-Za-z]|--[A-Za-z][\w.-]{0,60})(?:=(.*))?$/.exec(word) ?? [];
    if (flag !== undefined) return value === undefined ? flag : `${flag}=${shownVariable(flag, value)}`;
    return isPlainWord(word) ? word : hidden;
  });
}

function isSecretFlag(word: string): boolean {
  return word === "-p" || (word.startsWith("-") && !word.includes("=") && secretName.test(word));
}

/** Returns whether the word is a scheme of HTTP's header Authorization. */
function isScheme(word: string): boolean {
  return /^(?:bearer|basic)$/i.test(word);
}

/** Returns whether it is a program, a file, an address or an operator of a shell. */
function isPlainWord(word: string): boolean {
  const isPath = word.split("/").every((part) => part === "." || part === ".." || isPlainPart(part));
  return isPath || isPlainUrl(word) || /^[|&;<>!]{1,2}$/.test(word);
}

/** Returns `before → after`, or `changed` where the difference is not shown. */
export function shownChange(before: string, after: string): string {
  if (before === hidden || after === hidden || before === after) return "changed";
  return `${before} → ${after}`;
}

/** Returns the text with the user info of its URLs hidden. */
export function withoutUserInfo(text: string): string {
  return text.replace(/:\/\/[^/\s@"]*@/g, `://${hidden}@`);
}
