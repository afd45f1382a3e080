import { basename, extname } from "node:path";
import { isScalar, parseDocument, visit } from "yaml";
import { parseData, readTextFile } from "../../shared/data-file.ts";
import { fillPlaceholders, fillText, findPlaceholders, type Placeholder } from "../../shared/placeholders.ts";

export interface RenderedAppSpec {
  readonly text: string;
  readonly fileName: string;
  readonly left: readonly Placeholder[];
}

/** CodeDeploy's own placeholder: deploy-service puts the registered revision there. */
const kept = "TASK_DEFINITION";

export function renderAppSpec(file: string, values: ReadonlyMap<string, string>): RenderedAppSpec {
  const filling = new Map([...values].filter(([name]) => name !== kept));
  const text = fillAppSpec(readTextFile(file), file, filling);
  const left = findPlaceholders(parseData(text, file)).filter(({ name }) => name !== kept);
  return { text, fileName: basename(file), left };
}

/** The AppSpec's text with its placeholders filled; comments and order of a YAML file stay. */
function fillAppSpec(text: string, file: string, values: ReadonlyMap<string, string>): string {
  const parsed = parseData(text, file);
  if (extname(file) === ".json") return `${JSON.stringify(fillPlaceholders(parsed, values), null, 2)}\n`;
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
