import { basename } from "node:path";
import { codeBlock, escapeText } from "../../shared/summary.ts";
import type { Comparison } from "./latest-revision.ts";
import type { Rendered } from "./render.ts";

export function renderSummary(rendered: Rendered, latest: Comparison | undefined): string {
  const { taskDefinition, origin, diff } = rendered;
  const name = basename(origin);
  return [
    `#### Task definition ${taskDefinition.family} from ${name}`,
    changes(`Changes to ${name}`, diff),
    ...(latest ? [latestChanges(latest, taskDefinition.family ?? "")] : []),
  ].join("\n\n");
}

function latestChanges(latest: Comparison, family: string): string {
  if ("first" in latest) return `ECS has no active revision of ${family} yet.`;
  if ("unknown" in latest) return `Not compared with the registered revision: ${escapeText(latest.unknown)}.`;
  return changes(`Changes to ${latest.revision}, the latest registered revision`, latest.diff);
}

function changes(title: string, diff: readonly string[]): string {
  return diff.length > 0 ? `${title}:\n\n${codeBlock(diff.join("\n"), "diff")}` : `${title}: none.`;
}
