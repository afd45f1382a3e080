import * as core from "@actions/core";
import { appendSummary } from "../../shared/summary.ts";
import type { MirrorRecord } from "./record.ts";
import { summaryOf } from "./summary.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: MirrorRecord): Promise<void> {
  core.setOutput("commit", record.commit);
  core.setOutput("previous-commit", record.previous);
  core.setOutput("has-changes", record.hasChanges);
  core.setOutput("pushed", record.pushed);
  core.setOutput("repository-url", record.url);
  await appendSummary(summaryOf(record));
}
