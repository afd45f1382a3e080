import { basename } from "node:path";
import { parseData, readTextFile } from "../../shared/data-file.ts";
import { fillDataText } from "../../shared/fill-data-text.ts";
import { findPlaceholders, type Placeholder } from "../../shared/placeholders.ts";

export interface RenderedAppSpec {
  readonly text: string;
  readonly fileName: string;
  readonly left: readonly Placeholder[];
}

/** CodeDeploy's own placeholder: deploy-service puts the registered revision there. */
const kept = "TASK_DEFINITION";

export function renderAppSpec(file: string, values: ReadonlyMap<string, string>): RenderedAppSpec {
  const filling = new Map([...values].filter(([name]) => name !== kept));
  const text = fillDataText(readTextFile(file), file, filling);
  const left = findPlaceholders(parseData(text, file)).filter(({ name }) => name !== kept);
  return { text, fileName: basename(file), left };
}
