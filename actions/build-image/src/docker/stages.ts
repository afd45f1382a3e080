import type { Instruction } from "./dockerfile.ts";

export interface Stage {
  /** In small letters; undefined when it has none. */
  readonly name: string | undefined;
  /** What it begins with, as it is written. */
  readonly from: string;
  /** Of `COPY --from=` and `RUN --mount=…,from=`; variables are not replaced there. */
  readonly uses: readonly string[];
}

/** `ARG name=value` before the first stage; the value as it is written. */
export type GlobalArgument = readonly [name: string, value: string | undefined];

export function readStages(instructions: readonly Instruction[]) {
  const globals: GlobalArgument[] = [];
  const stages: (Stage & { readonly uses: string[] })[] = [];
  for (const { keyword, rest } of instructions) {
    const stage = stages.at(-1);
    if (keyword === "FROM") stages.push(readFrom(rest));
    else if (stage) stage.uses.push(...readUses(keyword, rest));
    else if (keyword === "ARG") globals.push(...readArguments(rest));
  }
  return { globals, stages: stages as readonly Stage[] };
}

/** The last stage before `before` that the name or number means, else -1. */
export function findStage(stages: readonly Stage[], name: string, before = stages.length): number {
  if (/^\d+$/.test(name)) return Number(name) < before ? Number(name) : -1;
  return stages.slice(0, before).findLastIndex((stage) => stage.name === name.toLowerCase());
}

function readFrom(rest: string) {
  const words = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
  const name = words[1]?.toUpperCase() === "AS" ? words[2]?.toLowerCase() : undefined;
  return { from: unquote(words[0] ?? ""), name, uses: [] };
}

function readUses(keyword: string, rest: string): string[] {
  const pattern =
    keyword === "COPY"
      ? /(?:^|\s)--from=(\S+)/g
      : keyword === "RUN"
        ? /(?:^|\s)--mount=\S*?\bfrom=([^,\s]+)/g
        : undefined;
  return pattern ? [...rest.matchAll(pattern)].map(([, from = ""]) => unquote(from)) : [];
}

function readArguments(rest: string): GlobalArgument[] {
  return [...rest.matchAll(/([A-Za-z_]\w*)(?:=("[^"]*"|'[^']*'|\S*))?/g)].map(([, name = "", value]) => [
    name,
    value === undefined ? undefined : unquote(value),
  ]);
}

function unquote(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}
