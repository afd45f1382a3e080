import { extname } from "node:path";
import { isScalar, parseDocument, visit } from "yaml";
import { parseData } from "./data-file.ts";
import { fillPlaceholders, fillText } from "./placeholders.ts";

/**
 * Returns the text of the JSON or YAML file `path` with its placeholders filled; comments and order of a YAML file
 * stay.
 */
export function fillDataText(text: string, path: string, values: ReadonlyMap<string, string>): string {
  const parsed = parseData(text, path);
  if (extname(path) === ".json") return `${JSON.stringify(fillPlaceholders(parsed, values), null, 2)}\n`;
  const document = parseDocument(text);
  visit(document, {
    Scalar: (_, node) => {
      if (!isScalar(node) || typeof node.value !== "string") return;
      const filled = fillText(node.value, values);
      if (filled === node.value) return;
      // A port stays a number: the placeholder was plain text only until it got its value.
      node.value = node.type === "PLAIN" && /^\d+$/.test(filled) ? Number(filled) : filled;
    },
  });
  return document.toString();
}
