import { tmpdir } from "node:os";
import * as core from "@actions/core";
import { runAction } from "../../shared/run.ts";
import { appendSummary } from "../../shared/summary.ts";
import { readRenderInputs } from "./inputs.ts";
import { render } from "./render.ts";
import { renderSummary } from "./summary.ts";
import { writeRendered } from "./write.ts";

await runAction(async () => {
  const rendered = render(readRenderInputs());
  for (const notice of rendered.notices) core.notice(notice);
  const paths = await writeRendered(rendered, process.env.RUNNER_TEMP ?? tmpdir());
  core.info(rendered.diff.join("\n") || "The template needed no change.");
  core.setOutput("task-definition", paths.taskDefinition);
  core.setOutput("appspec", paths.appSpec ?? "");
  core.setOutput("diff", rendered.diff.join("\n"));
  await appendSummary(renderSummary(rendered));
});
