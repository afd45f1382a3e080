import { setOutput } from "@actions/core";
import { appendSummary, type Card } from "../../core/card.ts";
import { formatDuration } from "../../core/duration.ts";
import { findingsList } from "../../core/findings.ts";
import {
  type Cell,
  counted,
  escapeText,
  factList,
  fold,
  link,
  type Markup,
  markdownTable,
} from "../../core/summary.ts";
import type { DeploymentRecord } from "../../delivery/record.ts";
import { courseOf, linksOf } from "../../delivery/summary.ts";
import { productionNow } from "../../delivery/verdict.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { imageDigestOf, type PipelineRecord } from "./record.ts";
import { type ActionRun, firstLine, type Revision, wordsOf } from "./snapshot.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: PipelineRecord): Promise<void> {
  // The last deployment of the pipeline is what users reach.
  const deployment = record.deployments.at(-1);
  setOutput("status", record.status ?? "failed");
  setOutput("cause", record.cause);
  setOutput("execution-id", record.executionId);
  setOutput("started", String(record.started));
  setOutput("deployment-id", deployment?.deploymentId ?? "");
  setOutput("revision-before", deployment?.revisionBefore ?? "");
  setOutput("revision-after", deployment?.revisionAfter ?? "");
  setOutput("image-digest", imageDigestOf(record));
  setOutput("traffic", JSON.stringify(deployment?.traffic ?? []));
  await appendSummary(summaryOf(record));
}

/** Returns the job summary: a card. The last deployment of the pipeline is what users reach. */
function summaryOf(record: PipelineRecord): Card {
  const { pipeline, status, durationMs, cause, fix, notes, findings, actions, deployments } = record;
  const last = deployments.at(-1);
  const revision = last && shortRevision(last.revisionAfter);
  const isGreen = status === "succeeded";
  return {
    ok: isGreen,
    verdict: `${pipeline}: ${revision ? `${isGreen ? "" : "tried "}${revision}, ` : ""}${status} after ${formatDuration(durationMs)}${last?.settled ? `; ${last.settled}` : ""}`,
    cause,
    fix,
    production: last && productionNow(last),
    notes: [...notes, ...deployments.flatMap((deployment) => deployment.notes)],
    links: [
      ...(record.executionUrl ? [{ text: "pipeline", address: record.executionUrl }] : []),
      ...(last ? linksOf(last) : []),
    ],
    folds: [
      actions.length > 0 ? fold("Stages", actionTable(actions)) : "",
      ...deployments.flatMap((deployment) => courseOf(deployment)),
      fold("Details", factList(facts(record))),
      fold(counted(findings.length, "note"), findingsList(findings)),
    ],
  };
}

function facts({
  executionId,
  executionUrl,
  started,
  revisions,
  deployments,
}: PipelineRecord): [string, Cell][] {
  const rows: [string, Cell][] = [];
  if (executionId)
    rows.push(["Execution", after(link(executionId, executionUrl), started ? ", started by this step" : "")]);
  for (const revision of revisions) rows.push(["Source", sayRevision(revision)]);
  for (const deployment of deployments) rows.push(...deploymentFacts(deployment));
  return rows;
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
}: DeploymentRecord): [string, string][] {
  return [
    ["Deployment", `${deploymentId} of ${service}`],
    ["Revision before", shortRevision(revisionBefore)],
    ["Revision of the pipeline", shortRevision(revisionAfter)],
  ];
}

function actionTable(actions: readonly ActionRun[]): string {
  const rows = actions.map((action) => [
    action.stage,
    action.name,
    action.status,
    timeOf(action),
    link(shortDigest(wordsOf(action) || action.externalId), action.externalUrl),
  ]);
  return markdownTable(["Stage", "Action", "Status", "Time", "Result"], rows);
}

/** The whole digest is among the sources above; here it would make the table wider than the page. */
function shortDigest(words: string): string {
  return words.replace(/(?<=sha256:[0-9a-f]{12})[0-9a-f]{52}/g, "…");
}

function timeOf({ startedAt, updatedAt }: ActionRun): string {
  return startedAt && updatedAt ? formatDuration(updatedAt.getTime() - startedAt.getTime()) : "";
}
