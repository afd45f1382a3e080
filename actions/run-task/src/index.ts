import { defineAction } from "../../core/define-action.ts";
import { readRunInputs } from "./inputs.ts";
import { createRunContext } from "./network.ts";
import { publish } from "./publish.ts";
import { RunRecord, taskId } from "./record.ts";
import { run } from "./run-task.ts";

await defineAction({
  inputs: readRunInputs,
  context: createRunContext,
  record: ({ cluster }) => new RunRecord(cluster),
  run,
  publish,
  outcome: (record) => `Task ${taskId(record)} ${record.status === "started" ? "is running" : "succeeded"}`,
});
