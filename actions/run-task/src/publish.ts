import { setOutput } from "@actions/core";
import { appendSummary } from "../../shared/summary.ts";
import type { RunRecord } from "./record.ts";
import { summaryOf } from "./summary.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: RunRecord): Promise<void> {
  setOutput("status", record.status ?? "failed");
  setOutput("cause", record.cause);
  setOutput("task-arn", record.taskArn);
  setOutput("run-task-arn", JSON.stringify(record.taskArn ? [record.taskArn] : []));
  setOutput("exit-code", record.exitCode ?? "");
  setOutput("revision", record.revision);
  await appendSummary(summaryOf(record));
}
