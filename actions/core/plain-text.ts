import { stripVTControlCharacters } from "node:util";

/**
 * Removes colours and other terminal sequences, and characters that are not seen but change what is: control characters
 * except tab and line feed, and those that reverse the direction of writing. A carriage return before a quote is shown:
 * the interpreter `node\r` of a script with Windows line ends does not exist.
 */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r(?=['’"])/g, "\\r")
    .replace(/\r\n?/g, "\n")
    .replace(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "");
}

/** Makes a foreign text one line, without control characters and those that reverse the line. */
export function oneLine(text: string, longest: number): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, " ").slice(0, longest);
}

/** Shortens a text for a sentence; a log line of CloudWatch may have a megabyte. */
export function shortened(text: string, longest = 600): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
