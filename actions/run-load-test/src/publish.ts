import { setOutput } from "@actions/core";
import { cardMarkdown } from "../../shared/card.ts";
import { runCommit } from "../../shared/console.ts";
import { formatValue } from "../../shared/load/assertions.ts";
import { describeLoad, formatNumber } from "../../shared/load/format.ts";
import { type LoadReport, summarise } from "../../shared/load/report.ts";
import { appendSummary, factList, fold, markdownTable } from "../../shared/summary.ts";
import { chartsOf } from "./charts.ts";
import type { Result } from "./verdict.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(result: Result): Promise<void> {
  const { status, failure, report, file } = result;
  const figures = report && summarise(report);
  setOutput("status", status);
  setOutput("cause", failure?.message ?? "");
  setOutput("requests", report?.requests ?? 0);
  setOutput("requests-per-second", rounded(figures?.requestsPerSecond));
  setOutput("p50", rounded(figures?.p50Ms));
  setOutput("p95", rounded(figures?.p95Ms));
  setOutput("p99", rounded(figures?.p99Ms));
  setOutput("error-rate", rounded(figures && figures.errorRate * 100));
  setOutput("report", file ?? "");
  await appendSummary(summaryOf(result));
}

function rounded(value: number | undefined): string {
  return value === undefined ? "" : String(Number(value.toFixed(3)));
}

/** Returns the job summary: result first, then details. */
export function summaryOf({ status, failure, report, warnings }: Result): string {
  const figures = report && summarise(report);
  const measured = figures
    ? `: ${formatNumber(figures.requestsPerSecond)} requests/s, p99 ${formatNumber(figures.p99Ms)} ms`
    : "";
  return cardMarkdown({
    ok: status === "passed",
    verdict: `Load test ${status}${measured}`,
    cause: failure?.message,
    fix: failure?.nextStep,
    notes: warnings.map((warning) => `⚠️ ${warning}`),
    body: report && report.assertions.length > 0 ? assertionTable(report) : "",
    links: runCommit(),
    folds: report ? sections(report) : [],
  });
}

function sections(report: LoadReport): string[] {
  return [
    fold("Targets", targetTable(report)),
    fold("Charts", chartsOf(report)),
    report.failed > 0 ? fold("Responses", failureTable(report)) : "",
    fold("Details", facts(report)),
  ];
}

function assertionTable({ assertions }: LoadReport): string {
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
  return markdownTable(
    ["Target", "Requests", "Per second", "Failed", "p50 ms", "p90 ms", "p95 ms", "p99 ms", "max ms"],
    rows,
  );
}

function figuresRow(name: string, counted: Parameters<typeof summarise>[0]): string[] {
  const { requestsPerSecond, errorRate, p50Ms, p90Ms, p95Ms, p99Ms, maxMs } = summarise(counted);
  const { requests, failed } = counted;
  const failures = failed === 0 ? "0" : `${failed} (${formatNumber(errorRate * 100)} %)`;
  return [
    name,
    String(requests),
    formatNumber(requestsPerSecond),
    failures,
    ...[p50Ms, p90Ms, p95Ms, p99Ms, maxMs].map(formatNumber),
  ];
}

function failureTable({ statuses, errors }: LoadReport): string {
  const rows = [...Object.entries(statuses), ...Object.entries(errors)].map(([name, count]) => [
    /^\d+$/.test(name) ? `HTTP ${name}` : name,
    String(count),
  ]);
  return markdownTable(["Responses", "Requests"], rows);
}

function facts(report: LoadReport): string {
  const { loop, generators, generator, bytes } = report;
  const rows: [string, string][] = [
    ["Load", describeLoad(report)],
    ["Received", `${formatNumber(bytes / 1e6)} MB`],
    ["Generators", String(generators)],
    [
      generators > 1 ? "Busiest generator" : "Generator",
      `busy ${formatNumber(generator.busiestCore * 100)} % of the time; ${formatNumber(generator.cpuMs / 1000)} s of processor time in total`,
    ],
  ];
  if (loop === "open") rows.push(["Sent late", String(generator.late)]);
  return factList(rows);
}
