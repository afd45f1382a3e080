import * as core from "@actions/core";
import { appendSummary } from "../../shared/summary.ts";
import type { Comparison } from "./latest-revision.ts";
import type { Rendered } from "./render.ts";
import { renderSummary } from "./summary.ts";

/** Tells the log, the outputs and the job summary what was rendered. */
export async function publish(
  rendered: Rendered,
  paths: { readonly taskDefinition: string; readonly appSpec: string | undefined },
  latest: Comparison | undefined,
): Promise<void> {
  const { taskDefinition, notices } = rendered;
  const diff = rendered.diff.join("\n");
  for (const notice of notices) core.notice(notice);
  core.info(diff || `${rendered.origin} needed no change.`);
  core.setOutput("task-definition", paths.taskDefinition);
  core.setOutput("appspec", paths.appSpec ?? "");
  core.setOutput("diff", diff);
  core.setOutput("family", taskDefinition.family);
  const images = taskDefinition.containerDefinitions?.map(({ name, image }) => [name, image]) ?? [];
  core.setOutput("containers", JSON.stringify(Object.fromEntries(images)));
  await appendSummary(renderSummary(rendered, latest));
}
