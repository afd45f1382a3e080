import { setOutput } from "@actions/core";
import { appendSummary } from "../../shared/summary.ts";
import type { ScaleRecord } from "./record.ts";
import { summaryOf } from "./summary.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: ScaleRecord): Promise<void> {
  const { before, now, autoscalingBefore } = record;
  setOutput("status", record.status ?? "failed");
  setOutput("cause", record.cause);
  setOutput("desired-count", now?.desired ?? "");
  setOutput("previous-desired-count", before?.desired ?? "");
  setOutput("running-count", now?.running ?? "");
  setOutput("autoscaling", autoscalingBefore === undefined ? "" : JSON.stringify(autoscalingBefore));
  setOutput("durations", JSON.stringify(record.durations));
  setOutput("changed", String(record.changed));
  setOutput("has-changes", String(record.changes.length > 0));
  await appendSummary(summaryOf(record));
}
