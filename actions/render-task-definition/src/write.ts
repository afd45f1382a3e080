import { mkdtemp, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { Rendered } from "./render.ts";

/** Writes the rendered files into a new folder of `temporary` and answers their paths. */
export async function writeRendered(rendered: Rendered, temporary: string) {
  const folder = await mkdtemp(join(temporary, "task-definition-"));
  const name = basename(rendered.taskDefinitionFile, extname(rendered.taskDefinitionFile));
  const taskDefinition = join(folder, `${name}.json`);
  await writeFile(taskDefinition, `${JSON.stringify(rendered.taskDefinition, null, 2)}\n`);
  if (!rendered.appSpec) return { taskDefinition, appSpec: undefined };
  const appSpec = join(folder, rendered.appSpec.fileName);
  await writeFile(appSpec, rendered.appSpec.text);
  return { taskDefinition, appSpec };
}
