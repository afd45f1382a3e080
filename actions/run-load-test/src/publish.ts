import { setOutput } from "@actions/core";
import { appendSummary, type Card, type Part } from "../../core/card.ts";
import { runCommit } from "../../core/console.ts";
import type { Chart } from "../../core/diagrams.ts";
import type { Failure } from "../../core/failure.ts";
import { fold, markdownTable } from "../../core/summary.ts";
import { formatValue } from "../../load/assertions.ts";
import { addTimes, type LoadSummary, summarise } from "../../load/counts.ts";
import { describeLoad, formatMs, formatNumber, formatPercent, formatRate } from "../../load/format.ts";
import { lateAfterMs } from "../../load/generate-load.ts";
import { type LoadReport, limitOfCore } from "../../load/report.ts";

export interface Result {
  readonly status: "passed" | "failed" | "refused" | "cancelled";
  /** Why it is red. */
  readonly failure?: Failure | undefined;
  /** Undefined when nothing was measured. */
  readonly report?: LoadReport;
}

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
function summaryOf({ status, failure, report }: Result): Card {
  const card = {
    ok: status === "passed",
    cause: failure?.message,
    fix: failure?.nextStep,
    links: runCommit(),
  };
  if (!report) return { ...card, verdict: `Load test ${status}` };
  const { requestsPerSecond, p99Ms } = summarise(report);
  return {
    ...card,
    verdict: `Load test ${status}: ${formatRate(requestsPerSecond)}, p99 ${formatMs(p99Ms)}`,
    notes: [
      `${describeLoad(report)}: ${report.targets.join(", ")}`,
      ...warningsOf(report).map((warning) => `⚠️ ${warning}`),
    ],
    body: [assertionTable(report), figuresTable(report)].filter(Boolean).join("\n\n"),
    folds: [chartsOf(report), fold("Responses", failureTable(report))],
  };
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

function figuresTable(report: LoadReport): string {
  const { requestsPerSecond, errorRate, p50Ms, p95Ms, p99Ms, maxMs } = summarise(report);
  const { requests, failed } = report;
  const counts = [requests, requestsPerSecond].map(formatNumber);
  const failures = failed === 0 ? "0" : `${failed} (${formatPercent(errorRate)})`;
  const latencies = [p50Ms, p95Ms, p99Ms, maxMs].map(formatMs);
  const columns = ["Requests", "Per second", "Failed", "p50", "p95", "p99", "max"];
  return markdownTable(columns, [[...counts, failures, ...latencies]]);
}

function failureTable({ failed, statuses, errors }: LoadReport): string {
  if (failed === 0) return "";
  const rows = Object.entries({ ...statuses, ...errors }).map(([name, count]) => [
    /^\d+$/.test(name) ? `HTTP ${name}` : name,
    String(count),
  ]);
  return markdownTable(["Responses", "Requests"], rows);
}

/** Enough to see a few seconds in some minutes, and few enough to stay legible as text. */
const mostPoints = 60;
/** The first and last seconds are partial: the rate of a few milliseconds would be a spike. */
const leastOfSecondMs = 500;

/** Draws throughput, latency and failures over time; the titles explain the lines. Empty for a test of a second or two. */
function chartsOf(report: LoadReport): Part {
  const seconds = report.timeline.filter(({ durationMs }) => durationMs >= leastOfSecondMs);
  if (seconds.length < 2) return "";
  const size = Math.ceil(seconds.length / mostPoints);
  const points: LoadSummary[] = [];
  for (let at = 0; at < seconds.length; at += size)
    points.push(summarise(addTimes(seconds.slice(at, at + size))));
  const line = (colour: "green" | "red" | "orange" | "blue", pick: (point: LoadSummary) => number) => ({
    colour,
    values: points.map((point) => Number(pick(point).toPrecision(3))),
  });
  const chart = (title: string, unit: string, ...series: ReturnType<typeof line>[]): Chart => {
    // Leaves space above the highest value, even if that is zero.
    const top = Math.max(...series.flatMap(({ values }) => values)) * 1.1 || 1;
    const y = { unit, to: Number(top.toPrecision(3)) };
    return { title, x: { unit: "seconds", to: seconds.length }, y, series };
  };
  const rate = line("green", ({ requestsPerSecond }) => requestsPerSecond);
  const failures = line("red", ({ requestsPerSecond, errorRate }) => requestsPerSecond * errorRate);
  const latencies = [line("orange", ({ p99Ms }) => p99Ms), line("blue", ({ p50Ms }) => p50Ms)];
  const parts = [
    chart("Requests per second: all in green, failed in red", "requests/s", rate, failures),
    chart("Latency: p99 in orange, median in blue", "ms", ...latencies),
  ];
  return { head: "Charts", parts };
}

/** Returns warnings about the generator that a reader of its figures needs. */
export function warningsOf({ requests, generator }: LoadReport): string[] {
  const { busiestCore, late, latestMs, lateForConnections } = generator;
  const warnings: string[] = [];
  if (busiestCore >= limitOfCore)
    warnings.push(
      `The generator was busy ${formatPercent(busiestCore)} of the time: these results may show its limit, not the target's. Share the load among several generators.`,
    );
  if (late > 0)
    warnings.push(
      `The generator was late by up to ${formatMs(latestMs)}: ${late} of ${requests} requests were sent more than ${lateAfterMs} ms after they were due, ${lateForConnections} because all connections were in use, the others because the machine was busy. The latency includes their wait.`,
    );
  return warnings;
}
