import { mkdtemp, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { Rendered } from "./render.ts";

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
