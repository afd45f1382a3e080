import { escapeText, link, markdownTable } from "../../shared/summary.ts";
import type { FileChange, MirrorRecord } from "./record.ts";
import { short } from "./source/folder-tree.ts";

/** A first push can bring thousands; the table shows only some. */
const shownChanges = 20;

/** Returns the job summary: result first, then details. */
export function summaryOf(record: MirrorRecord): string {
  const { repository, branch, cause, changes } = record;
  const title = `${branch} of CodeCommit repository ${repository}: ${verdict(record)}`;
  return [
    `### ${cause ? "❌" : "✅"} ${escapeText(title)}`,
    cause && `**${escapeText(cause)}**`,
    facts(record),
    changes.length > 0 && changeTable(changes),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function verdict({ cause, hasChanges, mode, pushed }: MirrorRecord): string {
  if (cause) return "not mirrored";
  if (!hasChanges) return "up to date";
  if (mode === "plan") return "would change";
  return pushed ? "pushed" : "pushed by another run";
}

function facts(record: MirrorRecord): string {
  const { origin, path, sourceCommit, previous, commit, commits } = record;
  const rows = [
    ["From", `${path ? `${path} of ` : ""}${origin}, commit ${short(sourceCommit) || "unknown"}`],
  ];
  if (previous) rows.push(["Before", previous]);
  if (commit) rows.push([record.mode === "plan" ? "Would be" : "Now", commit]);
  if (commits !== undefined) rows.push(["Commits added", String(commits)]);
  const page =
    commit &&
    record.mode === "apply" &&
    `\n\n${link("Open it in the CodeCommit console", consoleUrl(record)).markdown}`;
  return `${markdownTable(["", ""], rows)}${page || ""}`;
}

function changeTable(changes: readonly FileChange[]): string {
  const rows = changes
    .slice(0, shownChanges)
    .map(({ path, lines }) => [path, lines ? `+${lines.added}` : "binary", lines ? `−${lines.removed}` : ""]);
  const more = changes.length - shownChanges;
  if (more > 0) rows.push([`and ${more} more`, "", ""]);
  return markdownTable([`${changes.length} file${changes.length === 1 ? "" : "s"} changed`, "", ""], rows);
}

function consoleUrl({ region, repository, commit }: MirrorRecord): string {
  // China's regions have a console of their own.
  const domain = region.startsWith("cn-") ? "console.amazonaws.cn" : "console.aws.amazon.com";
  return `https://${region}.${domain}/codesuite/codecommit/repositories/${repository}/commit/${commit}?region=${region}`;
}
