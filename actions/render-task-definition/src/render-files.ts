import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import type { RenderContext } from "./context.ts";
import type { RenderInputs } from "./inputs.ts";
import { type Comparison, compareWithLatest } from "./latest-revision.ts";
import { type Rendered, render } from "./render.ts";

export interface RenderedFiles {
  readonly rendered: Rendered;
  readonly paths: { readonly taskDefinition: string; readonly appSpec: string | undefined };
  readonly latest: Comparison | undefined;
}

/** Renders into files of the job, and compares with the latest registered revision. */
export async function renderFiles(inputs: RenderInputs, context: RenderContext): Promise<RenderedFiles> {
  const rendered = await render(inputs, context);
  const paths = await writeRendered(rendered, context.variables.RUNNER_TEMP ?? tmpdir());
  return { rendered, paths, latest: await compareWithLatest(rendered, context) };
}

/** Writes the rendered files into a new folder of `temporary` and returns their paths. */
export async function writeRendered(
  { taskDefinition, origin, originArn, appSpec }: Rendered,
  temporary: string,
) {
  const folder = await mkdtemp(join(temporary, "task-definition-"));
  const name = originArn ? taskDefinition.family : basename(origin, extname(origin));
  const taskDefinitionPath = join(folder, `${name}.json`);
  await writeFile(taskDefinitionPath, `${JSON.stringify(taskDefinition, null, 2)}\n`);
  if (!appSpec) return { taskDefinition: taskDefinitionPath, appSpec: undefined };
  const appSpecPath = join(folder, appSpec.fileName);
  await writeFile(appSpecPath, appSpec.text);
  return { taskDefinition: taskDefinitionPath, appSpec: appSpecPath };
}
