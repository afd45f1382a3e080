import type { DeploymentRecord } from "../../delivery/record.ts";
import { courseOf } from "../../delivery/summary.ts";
import { formatDuration } from "../../shared/duration.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { findingsList } from "../../shared/findings-summary.ts";
import { type Cell, escapeText, link, type Markup, markdownTable } from "../../shared/summary.ts";
import { firstLine, wordsOf } from "./lines.ts";
import type { PipelineRecord } from "./record.ts";
import type { ActionRun, Revision } from "./snapshot.ts";

/** Returns the job summary: result first, then details. */
export function summaryOf(record: PipelineRecord): string {
  const { pipeline, status, durationMs, cause, notes, findings, actions, deployments } = record;
  return [
    `### ${status === "succeeded" ? "✅" : "❌"} ${escapeText(pipeline)}: ${status} after ${formatDuration(durationMs)}`,
    cause && `**${escapeText(cause)}**`,
    ...notes.map(escapeText),
    findingsList(findings),
    facts(record),
    actions.length > 0 && actionTable(actions),
    ...deployments.flatMap((deployment) => courseOf(deployment)),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function facts({ executionId, executionUrl, started, revisions, deployments }: PipelineRecord): string {
  const rows: Cell[][] = [];
  if (executionId)
    rows.push(["Execution", after(link(executionId, executionUrl), started ? ", started by this step" : "")]);
  for (const revision of revisions) rows.push(["Source", sayRevision(revision)]);
  for (const deployment of deployments) rows.push(...deploymentFacts(deployment));
  return rows.length > 0 ? markdownTable(["", ""], rows) : "";
}

function sayRevision({ id, summary, url }: Revision): Markup {
  const text = firstLine(summary);
  return after(link(id, url), text && ` ${text}`);
}

function after({ markdown }: Markup, text: string): Markup {
  return { markdown: `${markdown}${escapeText(text).replaceAll("|", "&#124;")}` };
}

function deploymentFacts({
  deploymentId,
  service,
  revisionBefore,
  revisionAfter,
}: DeploymentRecord): string[][] {
  const rows = [
    ["Deployment", `${deploymentId} of ${service}`],
    ["Revision before", shortRevision(revisionBefore)],
    ["Revision after", shortRevision(revisionAfter)],
  ];
  return rows.filter(([, value]) => value);
}

function actionTable(actions: readonly ActionRun[]): string {
  const rows = actions.map((action) => [
    action.stage,
    action.name,
    action.status,
    timeOf(action),
    link(shortDigest(wordsOf(action) || action.externalId), action.externalUrl),
  ]);
  return markdownTable(["Stage", "Action", "Status", "Time", ""], rows);
}

/** The whole digest is among the sources above; here it would make the table wider than the page. */
function shortDigest(words: string): string {
  return words.replace(/(?<=sha256:[0-9a-f]{12})[0-9a-f]{52}/g, "…");
}

function timeOf({ startedAt, updatedAt }: ActionRun): string {
  return startedAt && updatedAt ? formatDuration(updatedAt.getTime() - startedAt.getTime()) : "";
}
