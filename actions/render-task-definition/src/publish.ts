import { setOutput } from "@actions/core";
import { runnerLog } from "../../shared/log.ts";
import { appendSummary } from "../../shared/summary.ts";
import type { RenderedFiles } from "./render-files.ts";
import { renderSummary } from "./summary.ts";

/** Reports the result in the log, the outputs and the job summary. */
export async function publish({ rendered, paths, latest }: RenderedFiles): Promise<void> {
  const { taskDefinition, notices } = rendered;
  const diff = rendered.diff.join("\n");
  for (const notice of notices) runnerLog.notice(notice);
  runnerLog.info(diff || `${rendered.origin} did not need changes.`);
  setOutput("task-definition", paths.taskDefinition);
  setOutput("appspec", paths.appSpec ?? "");
  setOutput("diff", diff);
  setOutput("family", taskDefinition.family);
  const images = taskDefinition.containerDefinitions?.map(({ name, image }) => [name, image]) ?? [];
  setOutput("containers", JSON.stringify(Object.fromEntries(images)));
  await appendSummary(renderSummary(rendered, latest));
}
