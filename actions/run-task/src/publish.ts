import * as core from "@actions/core";
import { appendSummary } from "../../shared/summary.ts";
import type { RunRecord } from "./record.ts";
import { summaryOf } from "./summary.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: RunRecord): Promise<void> {
  core.setOutput("status", record.status ?? "failed");
  core.setOutput("cause", record.cause);
  core.setOutput("task-arn", record.taskArn);
  core.setOutput("run-task-arn", JSON.stringify(record.taskArn ? [record.taskArn] : []));
  core.setOutput("exit-code", record.exitCode ?? "");
  core.setOutput("revision", record.revision);
  await appendSummary(summaryOf(record));
}
