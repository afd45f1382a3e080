import { setOutput } from "@actions/core";
import { cardMarkdown } from "../../shared/card.ts";
import { runCommit } from "../../shared/console.ts";
import { formatValue } from "../../shared/load/assertions.ts";
import { type Counted, type LoadSummary, summarise } from "../../shared/load/counts.ts";
import { describeLoad, formatMs, formatNumber, formatPercent, formatRate } from "../../shared/load/format.ts";
import type { LoadReport } from "../../shared/load/report.ts";
import { appendSummary, factList, fold, markdownTable } from "../../shared/summary.ts";
import { chartsOf } from "./charts.ts";
import { type Result, warningsOf } from "./verdict.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(result: Result, file = ""): Promise<void> {
  const { status, failure, report } = result;
  const figures: Partial<LoadSummary> = report ? summarise(report) : {};
  const { requestsPerSecond, p50Ms, p95Ms, p99Ms, errorRate } = figures;
  setOutput("status", status);
  setOutput("cause", failure?.message ?? "");
  setOutput("requests", report?.requests ?? 0);
  setOutput("requests-per-second", rounded(requestsPerSecond));
  setOutput("p50", rounded(p50Ms));
  setOutput("p95", rounded(p95Ms));
  setOutput("p99", rounded(p99Ms));
  setOutput("error-rate", rounded(errorRate && errorRate * 100));
  setOutput("report", file);
  await appendSummary(summaryOf(result));
}

function rounded(value: number | undefined): string {
  return value === undefined ? "" : String(Number(value.toFixed(3)));
}

/** Returns the job summary: result first, then details. */
export function summaryOf({ status, failure, report }: Result): string {
  const card = {
    ok: status === "passed",
    cause: failure?.message,
    fix: failure?.nextStep,
    links: runCommit(),
  };
  if (!report) return cardMarkdown({ ...card, verdict: `Load test ${status}` });
  const { requestsPerSecond, p99Ms } = summarise(report);
  return cardMarkdown({
    ...card,
    verdict: `Load test ${status}: ${formatRate(requestsPerSecond)}, p99 ${formatMs(p99Ms)}`,
    notes: warningsOf(report).map((warning) => `⚠️ ${warning}`),
    body: assertionTable(report),
    folds: [
      fold("Targets", targetTable(report)),
      fold("Charts", chartsOf(report)),
      fold("Responses", failureTable(report)),
      fold("Details", facts(report)),
    ],
  });
}

function assertionTable({ assertions }: LoadReport): string {
  if (assertions.length === 0) return "";
  const rows = assertions.map((assertion) => [
    assertion.ok ? "✅" : "❌",
    assertion.text,
    formatValue(assertion),
  ]);
  return markdownTable(["Result", "Assertion", "Measured"], rows);
}

function targetTable(report: LoadReport): string {
  const { durationMs, targets } = report;
  const rows = targets.map((target) => figuresRow(target.url, { ...target, durationMs }));
  if (targets.length > 1) rows.push(figuresRow("all", report));
  const columns = ["Target", "Requests", "Per second", "Failed", "p50", "p95", "p99", "max"];
  return markdownTable(columns, rows);
}

function figuresRow(name: string, counted: Counted): string[] {
  const { requestsPerSecond, errorRate, p50Ms, p95Ms, p99Ms, maxMs } = summarise(counted);
  const { requests, failed } = counted;
  return [
    name,
    String(requests),
    formatNumber(requestsPerSecond),
    failed === 0 ? "0" : `${failed} (${formatPercent(errorRate)})`,
    ...[p50Ms, p95Ms, p99Ms, maxMs].map(formatMs),
  ];
}

function failureTable({ failed, statuses, errors }: LoadReport): string {
  if (failed === 0) return "";
  const rows = Object.entries({ ...statuses, ...errors }).map(([name, count]) => [
    /^\d+$/.test(name) ? `HTTP ${name}` : name,
    String(count),
  ]);
  return markdownTable(["Responses", "Requests"], rows);
}

function facts(report: LoadReport): string {
  const { loop, generators, bytes } = report;
  const { busiestCore, cpuMs, late } = report.generator;
  const processor = `${formatPercent(busiestCore)} of the time; ${formatNumber(cpuMs / 1000)} s of processor time in total`;
  return factList([
    ["Load", describeLoad(report)],
    ["Received", `${formatNumber(bytes / 1e6)} MB`],
    ["Generators", String(generators)],
    [generators > 1 ? "Busiest generator" : "Generator", `busy ${processor}`],
    ["Sent late", loop === "open" ? String(late) : ""],
  ]);
}
