import type { Card, Part } from "../../core/card.ts";
import { ecsPages } from "../../core/console.ts";
import { formatDuration } from "../../core/duration.ts";
import { faultsOf, hasFaults } from "../../core/findings.ts";
import { type Cell, counted, link, markdownTable } from "../../core/summary.ts";
import { formatUsd } from "../../cost/cost-line.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { readRun } from "../order/run.ts";
import { hasChanges } from "../plan/plan.ts";
import { isGreen } from "../record.ts";
import { summaryOf } from "../summary.ts";
import { endOf } from "../verdict.ts";
import { isDeployed, isNotStarted, type ServiceResult, type SeveralRecord } from "./record.ts";

/** Returns one card: a table with a row for each service, and the card of each that a reader opens. */
export function summaryOfSeveral(several: SeveralRecord): Card {
  const { results, status } = several;
  const total = status === "planned" ? totalCost(several) : "";
  const { body: findings = "", ...cause } = faultsOf(several);
  return {
    ok: isGreen(several),
    verdict: verdictOf(several),
    ...cause,
    notes: [...new Set([total, ...several.notes, ...results.flatMap(sharedNotes)])].filter(Boolean),
    body: [findings, tableOf(results)].filter(Boolean).join("\n\n"),
    folds: results.flatMap(foldsOf),
  };
}

/** Returns one line to post in a chat. */
export function messageOfSeveral(several: SeveralRecord, variables = process.env): string {
  const sign = isGreen(several) ? "✅" : "❌";
  const line = [`${sign} ${verdictOf(several)}`, several.cause, readRun(variables)?.url];
  return line.filter(Boolean).join(" · ").replace(/\s+/g, " ");
}

/** Returns what happened to the service, in a few words. */
export function resultOf(result: ServiceResult): string {
  const { record, rollback } = result;
  if (isNotStarted(result)) return "not started";
  const { status, deploymentId, plan } = record;
  if (status === "planned") return plan && hasChanges(plan) ? "planned" : "nothing would change";
  if (status === "succeeded" && !deploymentId) return "already runs";
  if (rollback) return isGreen(rollback) ? "green but rolled back" : "green but not rolled back";
  return status === "traffic-shifted" ? status : endOf(status);
}

/** Counts the results: `web:5 (1.2.0) for 50 services: 48 deployed, 1 failed, 1 not started after 5 min`. */
function verdictOf({ status, results, durationMs, findings }: SeveralRecord): string {
  const services = counted(results.length, "service");
  if (hasFaults(findings)) return `${services}: nothing was changed`;
  const revisions = new Set(results.map(({ record }) => shortRevision(record.revisionAfter)));
  const names = [...revisions].filter(Boolean).join(", ");
  const version = results[0]?.record.version;
  const what = names && `${names}${version ? ` (${version})` : ""} for `;
  const groups = [...Map.groupBy(results, resultOf)];
  const counts = groups.map(([result, of]) => `${groups.length === 1 ? "all" : of.length} ${result}`);
  const end = status === "planned" ? ", nothing was changed" : ` after ${formatDuration(durationMs)}`;
  return `${what}${services}: ${counts.join(", ")}${end}`;
}

function signOf(result: ServiceResult): string {
  if (isNotStarted(result)) return "➖";
  if (isDeployed(result)) return "✅";
  return result.rollback && isGreen(result.rollback) ? "↩️" : "❌";
}

function tableOf(results: readonly ServiceResult[]): string {
  const rows = results.map((result): Cell[] => {
    const { record, rollback } = result;
    const { service, revisionBefore, revisionAfter, durationMs } = record;
    const [page] = ecsPages(revisionBefore || revisionAfter, record);
    const causes = [record.cause, rollback && !isGreen(rollback) ? `Rollback: ${rollback.cause}` : ""];
    return [
      page ? link(service, page.address) : service,
      `${signOf(result)} ${resultOf(result)}`,
      shortRevision(revisionBefore),
      shortRevision(revisionAfter),
      durationMs > 0 ? formatDuration(durationMs) : "",
      causes.filter(Boolean).join("\n"),
    ];
  });
  return markdownTable(["Service", "Result", "Before", "New", "Time", "Cause"], rows);
}

/** Notes that belong to no single service. */
function sharedNotes({ record }: ServiceResult): readonly string[] {
  return record.status === "planned" ? [] : record.notes;
}

/** A plan shows what changes where; after a deployment, the row of a green service says enough. */
function foldsOf(result: ServiceResult): Part[] {
  const { record, rollback } = result;
  if (isNotStarted(result) || (isDeployed(result) && record.status !== "planned")) return [];
  const { verdict, ...card } = summaryOf(rollback ?? record);
  return [{ head: verdict, parts: [{ ...card, verdict }] }];
}

/** Adds up the costs of the services that have one. */
function totalCost({ results }: SeveralRecord): string {
  const costs = results.flatMap(({ record }) => record.monthly ?? []);
  if (costs.length === 0) return "";
  const sum = (name: "before" | "after") => formatUsd(costs.reduce((all, each) => all + each[name], 0));
  const now = sum("before") === sum("after") ? "" : `, now ${sum("before")}`;
  return `In total ${sum("after")} a month${now} (${counted(costs.length, "service")} with a price).`;
}
