import { basename } from "node:path";
import { parseData, readTextFile } from "../../shared/data-file.ts";
import { twiceIn } from "../../shared/ecs/task-definition-file.ts";
import { fillDataText } from "../../shared/fill-data-text.ts";
import { findPlaceholders, type Placeholder } from "../../shared/placeholders.ts";

export interface RenderedAppSpec {
  readonly text: string;
  readonly fileName: string;
  readonly left: readonly Placeholder[];
  readonly warnings: readonly string[];
}

/** CodeDeploy's own placeholder: deploy-service replaces it by the registered revision. */
const kept = "TASK_DEFINITION";

export function renderAppSpec(file: string, values: ReadonlyMap<string, string>): RenderedAppSpec {
  const filling = new Map([...values].filter(([name]) => name !== kept));
  const source = readTextFile(file);
  const warnings = twiceIn(source, parseData(source, file), file);
  const text = fillDataText(source, file, filling);
  const left = findPlaceholders(parseData(text, file)).filter(({ name }) => name !== kept);
  return { text, fileName: basename(file), left, warnings };
}
