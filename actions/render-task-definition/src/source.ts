import { parseData, readTextFile } from "../../shared/data-file.ts";
import { findDataPositions, type Keys } from "../../shared/data-file-positions.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { twiceIn } from "../../shared/ecs/task-definition-file.ts";
import type { TaskDefinitionSource } from "../../shared/ecs/task-definition-source.ts";
import { Failure } from "../../shared/failure.ts";
import type { RenderContext } from "./context.ts";
import { describeTaskDefinition } from "./describe.ts";

/** A task definition as it was found. */
export interface LoadedSource {
  /** Path of the file, or `family:revision`. */
  readonly origin: string;
  readonly value: unknown;
  /** ARN of a registered one. */
  readonly arn: string | undefined;
  /** 1-based line in the file; undefined where there is none. */
  lineOf(keys: Keys): number | undefined;
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
}

export async function loadSource(
  source: TaskDefinitionSource,
  context: RenderContext,
): Promise<LoadedSource> {
  return "file" in source ? loadFile(source.file) : loadRegistered(source.reference, context);
}

function loadFile(file: string): LoadedSource {
  const text = readTextFile(file);
  const value = parseData(text, file);
  const { lineOf } = findDataPositions(text);
  return {
    origin: file,
    value,
    arn: undefined,
    lineOf: (keys) => lineOf(keys) ?? lineOf(["taskDefinition", ...keys]),
    warnings: twiceIn(text, value, file),
    notices: [],
  };
}

async function loadRegistered(reference: string, { ecs, signal }: RenderContext): Promise<LoadedSource> {
  const found = await describeTaskDefinition(ecs, reference, signal);
  if (!found)
    throw new Failure(`ECS does not have the task definition ${reference}, and no file has that name`, {
      nextStep: `correct the input task-definition (paths are relative to ${process.cwd()}).`,
    });
  const origin = shortRevision(found.arn);
  const { reservedTags } = found;
  return {
    origin,
    value: found.definition,
    arn: found.arn,
    lineOf: () => undefined,
    warnings: [],
    notices:
      reservedTags.length > 0
        ? [`${origin}: removed the tags ${reservedTags.join(", ")}, which only AWS can set.`]
        : [],
  };
}
