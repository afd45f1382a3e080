import { basename } from "node:path";
import { setOutput } from "@actions/core";
import { appendSummary, type Card } from "../../core/card.ts";
import { runnerLog } from "../../core/log.ts";
import { counted, diffBlock, escapeText, fold } from "../../core/summary.ts";
import type { Rendered } from "./render.ts";
import type { Comparison, RenderedFiles } from "./render-files.ts";

/** Reports the result in the log, the outputs and the job summary. */
export async function publish({ rendered, paths, latest }: RenderedFiles): Promise<void> {
  const { taskDefinition, notices } = rendered;
  const diff = rendered.diff.join("\n");
  for (const notice of notices) runnerLog.notice(notice);
  runnerLog.info(diff || `${rendered.origin} did not need changes.`);
  setOutput("task-definition", paths.taskDefinition);
  setOutput("appspec", paths.appSpec ?? "");
  setOutput("diff", diff);
  setOutput("family", taskDefinition.family);
  const images = taskDefinition.containerDefinitions?.map(({ name, image }) => [name, image]) ?? [];
  setOutput("containers", JSON.stringify(Object.fromEntries(images)));
  await appendSummary(renderSummary(rendered, latest));
}

/** Returns the job summary: a line, with the changes folded. */
function renderSummary(rendered: Rendered, latest: Comparison | undefined): Card {
  const { taskDefinition, origin, diff } = rendered;
  const name = basename(origin);
  const ofLatest = latest && comparison(latest, taskDefinition.family ?? "");
  return {
    ok: true,
    isLine: true,
    verdict: ofLatest
      ? `Task definition rendered: ${ofLatest.verdict}`
      : `Task definition ${taskDefinition.family} rendered`,
    folds: [ofLatest?.fold ?? "", changes(`Changes to ${name}`, diff)],
  };
}

function comparison(latest: Comparison, family: string): { verdict: string; fold: string } {
  if ("first" in latest)
    return { verdict: `the first of ${family}`, fold: `ECS has no active revision of ${family} yet.` };
  if ("unknown" in latest)
    return {
      verdict: `${family}, not compared`,
      fold: `Not compared with the registered revision: ${escapeText(latest.unknown)}.`,
    };
  const { revision, diff } = latest;
  return {
    verdict: `${counted(diff.length, "change")} to ${revision}`,
    fold: changes(`Changes to ${revision}, the latest registered revision`, diff),
  };
}

function changes(title: string, diff: readonly string[]): string {
  return diff.length > 0 ? fold(title, diffBlock(diff)) : `${escapeText(title)}: none.`;
}
