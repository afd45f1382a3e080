import { setOutput } from "@actions/core";
import { summarise } from "../../shared/load/report.ts";
import { appendSummary } from "../../shared/summary.ts";
import { summaryOf } from "./summary.ts";
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
