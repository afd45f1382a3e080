import { Failure } from "../../../shared/failure.ts";
import { type Instruction, readInstructions } from "./dockerfile.ts";
import { expand } from "./expand.ts";

/** What of a Dockerfile a build reaches. */
export interface BuildPlan {
  /** Images of registries that it builds on or copies from, as BuildKit looks them up; pinned ones, too. */
  readonly images: readonly string[];
  /** References that cannot be told before the build, as they are written. */
  readonly unknown: readonly string[];
  /** As BuildKit names the stage that becomes the image; undefined when it is the only one and has no name. */
  readonly finalStage: string | undefined;
}

export interface PlanOptions {
  /** Where the text is from. */
  readonly path: string;
  readonly target: string | undefined;
  readonly buildArgs: ReadonlyMap<string, string>;
  /** `linux/arm64`, `linux/arm/v7` */
  readonly platforms: readonly string[];
}

interface Stage {
  /** In small letters; undefined when it has none. */
  readonly name: string | undefined;
  readonly from: string;
  /** Of `COPY --from=` and `RUN --mount=…,from=`. */
  readonly uses: readonly string[];
}

export function planBuild(text: string, options: PlanOptions): BuildPlan {
  const { globals, stages } = readStages(readInstructions(text), options.path);
  const final = findTarget(stages, options);
  const images = new Set<string>();
  const unknown = new Set<string>();
  for (const index of reach(stages, final, globals, options)) {
    const { from, uses } = stages[index] as Stage;
    for (const expanded of expandForPlatforms(from, globals, options))
      if (expanded === undefined) unknown.add(from);
      else if (isImage(expanded, stages, index)) images.add(expanded);
    // Variables are not replaced here: Dockerfile reference, "COPY --from".
    for (const use of uses) if (isImage(use, stages, stages.length)) images.add(use);
  }
  const name = stages[final]?.name ?? (stages.length > 1 ? `stage-${final}` : undefined);
  return { images: [...images].sort(), unknown: [...unknown].sort(), finalStage: name };
}

function readStages(instructions: readonly Instruction[], path: string) {
  const globals = new Map<string, string | undefined>();
  const stages: (Stage & { readonly uses: string[] })[] = [];
  for (const { keyword, rest } of instructions) {
    const stage = stages.at(-1);
    if (keyword === "FROM") stages.push(readFrom(rest));
    else if (stage) stage.uses.push(...readUses(keyword, rest));
    else if (keyword === "ARG") for (const [name, value] of readArguments(rest)) globals.set(name, value);
  }
  if (stages.length > 0) return { globals, stages };
  throw new Failure(`${path} has no instruction FROM`, {
    nextStep: "correct the Dockerfile, or the input dockerfile; nothing was changed.",
  });
}

function readFrom(rest: string) {
  const words = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
  const named = words[1]?.toUpperCase() === "AS" ? words[2]?.toLowerCase() : undefined;
  return { from: unquote(words[0] ?? ""), name: named, uses: [] };
}

function readUses(keyword: string, rest: string): string[] {
  if (keyword === "COPY") return [...rest.matchAll(/(?:^|\s)--from=(\S+)/g)].map(([, from = ""]) => from);
  if (keyword !== "RUN") return [];
  return [...rest.matchAll(/(?:^|\s)--mount=\S*?\bfrom=([^,\s]+)/g)].map(([, from = ""]) => from);
}

function readArguments(rest: string): [string, string | undefined][] {
  return [...rest.matchAll(/([A-Za-z_]\w*)(?:=("[^"]*"|'[^']*'|\S*))?/g)].map(([, name = "", value]) => [
    name,
    value === undefined ? undefined : unquote(value),
  ]);
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

function findTarget(stages: readonly Stage[], { target, path }: PlanOptions): number {
  if (target === undefined) return stages.length - 1;
  const found = /^\d+$/.test(target) ? Number(target) : indexOf(target, stages, stages.length);
  if (found >= 0 && found < stages.length) return found;
  const names = stages.flatMap(({ name }) => name ?? []).join(", ");
  throw new Failure(
    `${path} has no stage ${target}; ${names ? `it has ${names}` : "its stages have no names"}`,
    { nextStep: "correct the input target; nothing was changed." },
  );
}

/** The last stage of that name before `before`, else -1. */
function indexOf(name: string, stages: readonly Stage[], before: number): number {
  return stages.slice(0, before).findLastIndex((stage) => stage.name === name.toLowerCase());
}

function isImage(reference: string, stages: readonly Stage[], before: number): boolean {
  const isStage = /^\d+$/.test(reference) || indexOf(reference, stages, before) >= 0;
  return reference !== "scratch" && !reference.includes("$") && !isStage;
}

/** The stage and all it is made of; BuildKit leaves out the others. */
function reach(
  stages: readonly Stage[],
  final: number,
  globals: ReadonlyMap<string, string | undefined>,
  options: PlanOptions,
): Set<number> {
  const reached = new Set<number>();
  const visit = (index: number) => {
    const stage = stages[index];
    if (!stage || reached.has(index)) return;
    reached.add(index);
    for (const from of expandForPlatforms(stage.from, globals, options))
      if (from !== undefined) visit(indexOf(from, stages, index));
    for (const use of stage.uses)
      visit(/^\d+$/.test(use) ? Number(use) : indexOf(use, stages, stages.length));
  };
  visit(final);
  return reached;
}

function expandForPlatforms(
  text: string,
  globals: ReadonlyMap<string, string | undefined>,
  { buildArgs, platforms }: PlanOptions,
): (string | undefined)[] {
  return platforms.map((platform) => {
    const [os, architecture, variant = ""] = platform.split("/");
    const own = new Map(
      Object.entries({
        TARGETPLATFORM: platform,
        TARGETOS: os,
        TARGETARCH: architecture,
        TARGETVARIANT: variant,
      }),
    );
    const valueOf = (name: string, seen: readonly string[] = []): string | undefined => {
      if (!globals.has(name)) return own.get(name);
      const value = buildArgs.get(name) ?? globals.get(name);
      // A default may use the arguments before it, and none of them itself.
      return value === undefined || seen.includes(name)
        ? undefined
        : expand(value, (other) => valueOf(other, [...seen, name]));
    };
    return expand(text, (name) => valueOf(name));
  });
}
