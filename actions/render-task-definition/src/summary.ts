import { basename } from "node:path";
import { codeBlock } from "../../shared/summary.ts";
import type { Rendered } from "./render.ts";

export function renderSummary({ taskDefinition, taskDefinitionFile, diff }: Rendered): string {
  const title = `#### Task definition ${taskDefinition.family} from ${basename(taskDefinitionFile)}`;
  const body = diff.length > 0 ? codeBlock(diff.join("\n"), "diff") : "The template needed no change.";
  return `${title}\n\n${body}`;
}
