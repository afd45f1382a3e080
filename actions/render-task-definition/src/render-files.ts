import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { messageOf } from "../../core/aws-errors.ts";
import { describeRevision, diffRevision, shortRevision } from "../../ecs/revision.ts";
import type { RenderContext } from "./context.ts";
import type { RenderInputs } from "./inputs.ts";
import { type Rendered, render } from "./render.ts";

export type RenderedFiles = Awaited<ReturnType<typeof renderFiles>>;

/** Renders into files of the job, and compares with the latest registered revision. */
export async function renderFiles(inputs: RenderInputs, context: RenderContext) {
  const rendered = await render(inputs, context);
  const paths = await writeRendered(rendered, context.variables.RUNNER_TEMP ?? tmpdir());
  return { rendered, paths, latest: await compareWithLatest(rendered, context) };
}

/** Writes the rendered files into a new folder of `temporary` and returns their paths. */
async function writeRendered({ taskDefinition, origin, originArn, appSpec }: Rendered, temporary: string) {
  const folder = await mkdtemp(join(temporary, "task-definition-"));
  const name = originArn ? taskDefinition.family : basename(origin, extname(origin));
  const taskDefinitionPath = join(folder, `${name}.json`);
  await writeFile(taskDefinitionPath, `${JSON.stringify(taskDefinition, null, 2)}\n`);
  if (!appSpec) return { taskDefinition: taskDefinitionPath, appSpec: undefined };
  const appSpecPath = join(folder, appSpec.fileName);
  await writeFile(appSpecPath, appSpec.text);
  return { taskDefinition: taskDefinitionPath, appSpec: appSpecPath };
}

/** Differences to the family's latest registered revision, or why they are not known. */
export type Comparison =
  | { readonly revision: string; readonly diff: readonly string[] }
  | { readonly first: true }
  | { readonly unknown: string };

/** The comparison is optional: a template is rendered without AWS, and must not wait long for it. */
const toleranceMs = 10_000;

/** Returns undefined when the latest revision is the source, whose difference is shown already. */
async function compareWithLatest(
  { taskDefinition: wanted, originArn }: Pick<Rendered, "taskDefinition" | "originArn">,
  { ecs, signal }: RenderContext,
): Promise<Comparison | undefined> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(toleranceMs)]);
  try {
    const latest = await describeRevision({ clients: { ecs }, signal: bounded }, wanted.family ?? "");
    if (!latest) return { first: true };
    const arn = latest.taskDefinition?.taskDefinitionArn ?? "";
    // Compares as deploy-service does: a definition without tags leaves them alone.
    return arn === originArn
      ? undefined
      : { revision: shortRevision(arn), diff: diffRevision(latest, wanted) };
  } catch (error) {
    if (signal.aborted) throw error;
    if (bounded.aborted) return { unknown: `ECS did not respond within ${toleranceMs / 1000} s` };
    return { unknown: messageOf(error) };
  }
}
