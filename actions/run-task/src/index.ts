import { defineAction } from "../../core/define-action.ts";
import { createEcsContext } from "../../ecs/context.ts";
import { readRunInputs } from "./inputs.ts";
import { publish } from "./publish.ts";
import { RunRecord, taskId } from "./record.ts";
import { run } from "./run-task.ts";

await defineAction({
  inputs: readRunInputs,
  context: createEcsContext,
  record: ({ cluster }) => new RunRecord(cluster),
  run,
  publish,
  outcome: (record) => `Task ${taskId(record)} ${record.status === "started" ? "is running" : "succeeded"}`,
});
