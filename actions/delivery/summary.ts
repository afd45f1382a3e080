import { lastSegment } from "../core/arn.ts";
import type { Card, Link, Part } from "../core/card.ts";
import {
  alarmPage,
  deploymentPage,
  ecsPages,
  imagePage,
  logGroupPage,
  revisionPage,
  runCommit,
} from "../core/console.ts";
import type { Chart } from "../core/diagrams.ts";
import { formatDuration } from "../core/duration.ts";
import { faultsOf, notesFold } from "../core/findings.ts";
import {
  type Cell,
  counted,
  details,
  diffBlock,
  factList,
  fold,
  link,
  markdownTable,
} from "../core/summary.ts";
import { failedTasksFold } from "../ecs/failed-task.ts";
import { shownTail } from "../ecs/log-tail.ts";
import { shortRevision } from "../ecs/revision.ts";
import { shortDigest } from "../registry/oci.ts";
import { readRun } from "./order/run.ts";
import { diffOf, hasChanges } from "./plan/plan.ts";
import {
  type DeploymentRecord,
  type ImageChange,
  isGreen,
  type LifecycleEvent,
  type Plan,
  stages,
  type TrafficPoint,
} from "./record.ts";
import { productionNow, resultOf, verdict } from "./verdict.ts";

/** Returns the job summary: a card. `site` is the address that users open. */
export function summaryOf(record: DeploymentRecord, site = ""): Card {
  if (record.services.length > 0) return summaryOfSeveral(record);
  const { plan, service, revisionBefore } = record;
  const changes = plan && hasChanges(plan) ? changesSummary(plan) : "";
  return {
    ok: isGreen(record),
    verdict: verdict(record),
    ...faultsOf(record),
    production: service && productionNow(record),
    notes: record.notes,
    ...(record.status === "planned" && changes ? { body: changes } : {}),
    links: [...linksOf(record), ...siteLink(site)],
    folds: [
      plan && record.status !== "planned" ? fold(changesHead(plan, revisionBefore, service), changes) : "",
      ...courseOf(record),
      fold("Details", factList(facts(record))),
      notesFold(record.findings),
    ],
  };
}

/** Returns a card with a table of the services, and the cards of those that a reader opens. */
function summaryOfSeveral(several: DeploymentRecord): Card {
  const { services, status } = several;
  const { body = "", ...cause } = faultsOf(several);
  const rows = services.map((record): Cell[] => {
    const [page] = ecsPages(record.revisionBefore, record);
    const sign = !record.status ? "➖" : isGreen(record) && !record.wayBack ? "✅" : "❌";
    return [
      page ? link(record.service, page.address) : record.service,
      `${sign} ${resultOf(record)}`,
      shortRevision(record.revisionBefore),
      shortRevision(record.revisionAfter),
      record.durationMs > 0 ? formatDuration(record.durationMs) : "",
      record.cause || (record.wayBack?.cause ?? ""),
    ];
  });
  const table = markdownTable(["Service", "Result", "Before", "New", "Time", "Cause"], rows);
  const opened = services.filter((each) => each.wayBack || each.status === "planned" || !isGreen(each));
  return {
    ...{ ok: isGreen(several), verdict: verdict(several), ...cause, links: linksOf(several) },
    notes:
      status === "planned"
        ? totalOf(services)
        : [...new Set([several, ...services].flatMap(({ notes }) => notes))],
    body: [body, table].filter(Boolean).join("\n\n"),
    folds: opened.flatMap((record) => {
      const card = summaryOf(record.wayBack ?? record);
      return record.status ? { head: card.verdict, parts: [card] } : [];
    }),
  };
}

function totalOf(records: readonly DeploymentRecord[]): string[] {
  const costs = records.flatMap(({ monthlyUsd = [] }) => monthlyUsd);
  const total = costs.reduce((sum, each) => sum + each, 0).toFixed(2);
  return costs.length > 0 ? [`In total $${total} a month, for ${counted(costs.length, "service")}.`] : [];
}

/** Returns one line to post in a chat: result, cause and the run's address. */
export function messageOf(record: DeploymentRecord, variables: NodeJS.ProcessEnv = process.env): string {
  const url = readRun(variables)?.url;
  const line = [`${isGreen(record) ? "✅" : "❌"} ${verdict(record)}`, record.cause, url];
  return line.filter(Boolean).join(" · ").replace(/\s+/g, " ");
}

/** Returns the folded course of a deployment: traffic, events and failures; missing parts are empty. */
export function courseOf(record: DeploymentRecord): Part[] {
  const { failedTasks, hookLog, events, serviceEvents, durationMs } = record;
  const traffic = endOfTraffic(record);
  const chart = trafficChart(traffic, durationMs);
  return [
    failedTasksFold(failedTasks),
    hookLog.length > 0 ? details("End of the log of the hook's function", shownTail(hookLog)) : "",
    chart ? { head: trafficHead(traffic), parts: [chart, trafficTable(traffic)] } : "",
    fold("Lifecycle events", lifecycle(events)),
    serviceEvents.length > 0 ? details("Service events", serviceEvents.join("\n")) : "",
  ];
}

/** A rollback moves all traffic back, often after the last poll of the failed deployment. */
function endOfTraffic({ traffic, production, revisionAfter, durationMs }: DeploymentRecord): TrafficPoint[] {
  const last = traffic.at(-1);
  const isBack = production.length > 0 && !production.includes(revisionAfter);
  if (!last || !isBack || last.green === 0) return [...traffic];
  return [...traffic, { atMs: Math.max(durationMs, last.atMs), blue: 100, green: 0 }];
}

function trafficHead(points: readonly TrafficPoint[]): string {
  const last = points.at(-1);
  return `Traffic: ended at ${last?.blue}/${last?.green} (old/new tasks)`;
}

/** Returns links to the pages of the AWS console and of GitHub that a reader needs next. */
export function linksOf(record: DeploymentRecord): Link[] {
  const { revisionBefore, revisionAfter, logGroup, image } = record;
  const arn = revisionAfter || revisionBefore;
  return [
    ...deploymentPage(arn, record),
    ...ecsPages(arn, record),
    ...record.alarms.flatMap((alarm) => alarmPage(arn, alarm)),
    ...logGroupPage(arn, logGroup),
    ...revisionPage("task definition", arn),
    ...imagePage(image),
    ...runCommit(),
  ];
}

function siteLink(site: string): Link[] {
  return site ? [{ text: "site", address: site }] : [];
}

function facts(record: DeploymentRecord): [string, string][] {
  const { deploymentId, revisionBefore, revisionAfter, image, deployedAs } = record;
  return [
    ["Before", shortRevision(revisionBefore)],
    [deployedAs || isGreen(record) ? "Deployed" : "Tried", shortRevision(revisionAfter)],
    ["Deployment", lastSegment(deploymentId)],
    ["Image", image],
    ["Stages", stageTimes(record)],
  ];
}

/** Returns a text such as `started after 12 s, traffic-shifted after 3 min 5 s`. */
function stageTimes({ durations, deploymentId }: DeploymentRecord): string {
  if (!deploymentId) return "";
  const reached = stages.flatMap((stage) => {
    const ms = durations[stage];
    return ms === undefined ? [] : `${stage} after ${formatDuration(ms)}`;
  });
  return reached.join(", ");
}

/** A skipped event says nothing. */
function lifecycle(events: readonly LifecycleEvent[]): string {
  const rows = events
    .filter(({ status }) => status !== "Skipped")
    .map(({ name, status, startedAt, endedAt, diagnostics }) => [
      name,
      status,
      startedAt && endedAt ? formatDuration(endedAt - startedAt) : "",
      diagnostics ?? "",
    ]);
  if (rows.length === 0) return "";
  const hasDiagnostics = rows.some(([, , , diagnostics]) => diagnostics);
  const columns = hasDiagnostics ? 4 : 3;
  const head = ["Event", "Status", "Time", "Diagnostics"].slice(0, columns);
  return markdownTable(
    head,
    rows.map((row) => row.slice(0, columns)),
  );
}

function trafficTable(points: readonly TrafficPoint[]): string {
  const rows = points.map(({ atMs, blue, green }) => [formatDuration(atMs), `${blue} %`, `${green} %`]);
  return markdownTable(["After", "Old tasks", "New tasks"], rows);
}

/** Enough to see a step of a minute in an hour, and few enough to stay legible as text. */
const samples = 60;

/** Draws the new tasks' share over time; a chart spreads values evenly, so the steps are sampled. */
function trafficChart(points: readonly TrafficPoint[], durationMs: number): Chart | undefined {
  const last = points.at(-1);
  if (!last || points.length < 2) return undefined;
  // A little beyond the last step, so that it is visible.
  const endMs = Math.max(last.atMs * 1.05, Math.min(durationMs, last.atMs * 1.2), 1_000);
  const values = Array.from({ length: samples + 1 }, (_, index) =>
    shareAt(points, (endMs * index) / samples),
  );
  const [unit, unitMs] = endMs >= 10 * 60_000 ? ["minutes", 60_000] : ["seconds", 1_000];
  return {
    title: "Traffic on the new tasks",
    x: { unit: `${unit} since the deployment was created`, to: Math.ceil(endMs / unitMs) },
    y: { unit: "per cent", to: 100 },
    series: [{ colour: "green", values }],
  };
}

function shareAt(points: readonly TrafficPoint[], atMs: number): number {
  return points.findLast((point) => point.atMs <= atMs)?.green ?? 0;
}

/** Returns the head of the changes, such as `2 changes to web:3 in production`. */
function changesHead(plan: Plan, revisionBefore: string, service: string): string {
  const count = plan.revisionChanges.length + plan.serviceChanges.length;
  return `${counted(count, "change")} to ${shortRevision(revisionBefore) || "nothing"}${service && " in production"}`;
}

/** Shows the changes: images by their short digests, then every other line as in a diff. */
function changesSummary({ images, ...plan }: Plan): string {
  const shown = new Set(images.map(({ container }) => `~ containerDefinitions[${container}].image: `));
  const isShown = (line: string) => [...shown].some((start) => line.startsWith(start));
  const lines = diffOf({ images, ...plan })
    .split("\n")
    .filter((line) => line && !isShown(line));
  return [
    images.length > 0 && markdownTable(["Container", "Image now", "New image"], images.map(imageRow)),
    lines.length > 0 && diffBlock(lines),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** Two digests of one repository are easier to compare without its name. */
function imageRow({ container, before, after }: ImageChange): string[] {
  const [beforeName, beforeDigest] = before.split("@");
  const [afterName, afterDigest] = after.split("@");
  const sameRepository = beforeDigest && afterDigest && beforeName === afterName;
  return sameRepository
    ? [container, shortDigest(beforeDigest), shortDigest(afterDigest)]
    : [
        container,
        before.replace(/sha256:[0-9a-f]{64}$/, shortDigest),
        after.replace(/sha256:[0-9a-f]{64}$/, shortDigest),
      ];
}
