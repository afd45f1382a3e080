import { basename } from "node:path";
import { type Card, lineMarkdown } from "../../shared/card.ts";
import { diffBlock, escapeText, fold } from "../../shared/summary.ts";
import type { Comparison } from "./latest-revision.ts";
import type { Rendered } from "./render.ts";

/** Returns the job summary: a line, with the changes folded. */
export function renderSummary(rendered: Rendered, latest: Comparison | undefined): string {
  const { taskDefinition, origin, diff } = rendered;
  const name = basename(origin);
  const ofLatest = latest && comparison(latest, taskDefinition.family ?? "");
  const card: Card = {
    ok: true,
    verdict: ofLatest
      ? `Task definition rendered: ${ofLatest.verdict}`
      : `Task definition ${taskDefinition.family} rendered`,
    folds: [ofLatest?.fold ?? "", changes(`Changes to ${name}`, diff)],
  };
  return lineMarkdown(card);
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
    verdict: `${diff.length} change${diff.length === 1 ? "" : "s"} to ${revision}`,
    fold: changes(`Changes to ${revision}, the latest registered revision`, diff),
  };
}

function changes(title: string, diff: readonly string[]): string {
  return diff.length > 0 ? fold(title, diffBlock(diff)) : `${escapeText(title)}: none.`;
}
