import { Failure } from "../../../shared/failure.ts";
import { findStage, type GlobalArgument, readStages, type Stage } from "./dockerfile.ts";

/** The parts of a Dockerfile that a build uses. */
export interface BuildPlan {
  /** Images of registries that it builds on or copies from, to be resolved. */
  readonly images: readonly string[];
  /** References that only BuildKit can resolve, as they are written. */
  readonly unknown: readonly string[];
  /** BuildKit's name of the stage that becomes the image. */
  readonly finalStage: string;
}

export interface PlanOptions {
  /** Path of the Dockerfile. */
  readonly path: string;
  readonly target: string | undefined;
  readonly buildArgs: ReadonlyMap<string, string>;
  /** `linux/arm64`, `linux/arm/v7` */
  readonly platforms: readonly string[];
}

export function planBuild(text: string, options: PlanOptions): BuildPlan {
  const { globals, stages } = readStages(text);
  if (stages.length === 0)
    throw new Failure(`${options.path} has no instruction FROM`, {
      nextStep: "correct the Dockerfile, or the input dockerfile; nothing was changed.",
    });
  const final = findTarget(stages, options);
  const values = options.platforms.map((platform) => valuesOf(globals, options.buildArgs, platform));
  const used = values.map((value) => reach(stages, final, (text) => expand(text, value)));
  return {
    images: sorted(used.flatMap(({ images }) => images)),
    unknown: sorted(used.flatMap(({ unknown }) => unknown)),
    finalStage: stages[final]?.name ?? `stage-${final}`,
  };
}

function findTarget(stages: readonly Stage[], { target, path }: PlanOptions): number {
  const found = target === undefined ? stages.length - 1 : findStage(stages, target);
  if (found >= 0) return found;
  const names = stages.flatMap(({ name }) => name ?? []).join(", ");
  throw new Failure(
    `${path} does not have the stage ${target}; ${names ? `it has ${names}` : "no stage has a name"}`,
    {
      nextStep: "correct the input target; nothing was changed.",
    },
  );
}

/** Returns the values of the arguments for FROM: those before the first stage, and the platform's. */
function valuesOf(
  globals: readonly GlobalArgument[],
  buildArgs: ReadonlyMap<string, string>,
  platform: string,
): Map<string, string> {
  const [os = "", architecture = "", variant = ""] = platform.split("/");
  const values = new Map([
    ["TARGETPLATFORM", platform],
    ["TARGETOS", os],
    ["TARGETARCH", architecture],
    ["TARGETVARIANT", variant],
  ]);
  for (const [name, written] of globals) {
    const value = buildArgs.get(name) ?? expand(written ?? "", values);
    if (value !== undefined && (written !== undefined || buildArgs.has(name))) values.set(name, value);
  }
  return values;
}

/** Returns the stage and all stages that it needs; BuildKit leaves out the others. */
function reach(stages: readonly Stage[], final: number, resolve: (text: string) => string | undefined) {
  const images: string[] = [];
  const unknown: string[] = [];
  const reached = new Set<number>();
  const visit = (index: number): void => {
    const stage = stages[index];
    if (!stage || reached.has(index)) return;
    reached.add(index);
    const from = resolve(stage.from);
    if (from === undefined) unknown.push(stage.from);
    else if (findStage(stages, from, index) >= 0) visit(findStage(stages, from, index));
    else if (from !== "scratch") images.push(from);
    for (const use of stage.uses)
      if (findStage(stages, use) >= 0) visit(findStage(stages, use));
      else if (use.includes("$")) unknown.push(use);
      else images.push(use);
  };
  visit(final);
  return { images, unknown };
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/** A variable of FROM: `$A`, `${A}` or `${A:-default}`. */
const variable = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::-([^${}]*))?\})/g;

/** Returns undefined when a variable has no value or is used in a way that only BuildKit knows. */
function expand(text: string, values: ReadonlyMap<string, string>): string | undefined {
  let known = !text.replace(variable, "").includes("$");
  const expanded = text.replace(variable, (_, bare, braced, fallback) => {
    const value = values.get(bare ?? braced);
    const chosen = fallback === undefined ? value : value || fallback;
    known &&= chosen !== undefined;
    return chosen ?? "";
  });
  return known ? expanded : undefined;
}
