import { setOutput } from "@actions/core";
import { appendSummary } from "../../shared/summary.ts";
import type { MirrorRecord } from "./record.ts";
import { summaryOf } from "./summary.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: MirrorRecord): Promise<void> {
  setOutput("commit", record.commit);
  setOutput("previous-commit", record.previous);
  setOutput("has-changes", record.hasChanges);
  setOutput("pushed", record.pushed);
  setOutput("repository-url", record.url);
  await appendSummary(summaryOf(record));
}
