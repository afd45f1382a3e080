// @ts-check
import { stripVTControlCharacters } from "node:util";

/**
 * Breaks lines between words so that none is wider than the terminal. What follows a break has the indent of its line,
 * or `hanging`. A word that is longer than a line stays whole: it may be an address to click on.
 * @param {string} text may hold colours
 * @param {number} columns
 * @param {number} [hanging]
 */
export function wrap(text, columns, hanging) {
  return text
    .split("\n")
    .map((line) => wrapLine(line, columns, hanging ?? line.search(/\S|$/)))
    .join("\n");
}

/**
 * @param {string} line
 * @param {number} columns
 * @param {number} indent
 */
function wrapLine(line, columns, indent) {
  if (widthOf(line) <= columns) return line;
  const start = line.search(/\S|$/);
  const lines = [line.slice(0, start)];
  let width = start;
  let blanks = "";
  for (const part of line.slice(start).split(/( +)/)) {
    if (part.startsWith(" ")) blanks = part;
    else if (width <= indent || width + blanks.length + widthOf(part) <= columns) {
      lines[lines.length - 1] += blanks + part;
      width += blanks.length + widthOf(part);
    } else {
      lines.push(" ".repeat(indent) + part);
      width = indent + widthOf(part);
    }
  }
  return lines.join("\n");
}

/** @param {string} text */
export const widthOf = (text) => [...stripVTControlCharacters(text)].length;
