export interface Stage {
  /** Lowercase; undefined when it has none. */
  readonly name: string | undefined;
  /** The base of the stage, as it is written. */
  readonly from: string;
  /** Sources of `COPY --from=` and `RUN --mount=…,from=`; variables are not replaced there. */
  readonly uses: readonly string[];
}

/** `ARG name=value` before the first stage; the value as it is written. */
export type GlobalArgument = readonly [name: string, value: string | undefined];

/** Returns the stages of a Dockerfile, and the arguments before the first of them. */
export function readStages(text: string) {
  const globals: GlobalArgument[] = [];
  const stages: (Stage & { readonly uses: string[] })[] = [];
  for (const { keyword, rest } of readInstructions(text)) {
    const stage = stages.at(-1);
    if (keyword === "FROM") stages.push(readFrom(rest));
    else if (stage) stage.uses.push(...readUses(keyword, rest));
    else if (keyword === "ARG") globals.push(...readArguments(rest));
  }
  return { globals, stages: stages as readonly Stage[] };
}

/** Returns the last stage before `before` with the name or number, else -1. */
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

/** One instruction of a Dockerfile, its lines joined. */
interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  /** The rest, without comments and without the text of here-documents. */
  readonly rest: string;
}

const continued = /\\[ \t]*$/;
/** Instructions that accept here-documents: docs.docker.com, Dockerfile reference, "Here-Documents". */
const withHereDocuments: readonly string[] = ["RUN", "COPY", "ADD"];

/** Reads a Dockerfile's instructions as its reference describes them: comments, continued lines, here-documents. */
function readInstructions(text: string): Instruction[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; ) {
    const { whole, next } = joinLines(lines, at);
    const [, keyword = "", rest = ""] = /^(\S+)(.*)/s.exec(whole.trimStart()) ?? [];
    at = withHereDocuments.includes(keyword.toUpperCase()) ? skipHereDocuments(rest, lines, next) : next;
    if (keyword !== "") instructions.push({ keyword: keyword.toUpperCase(), rest: rest.trim() });
  }
  return instructions;
}

/** Joins the line at `from` with its continuation; comments and blank lines in between do not end it. */
function joinLines(lines: readonly string[], from: number) {
  let whole = "";
  let next = from;
  while (next < lines.length) {
    const line = lines[next++] ?? "";
    if (/^\s*#/.test(line) || (whole !== "" && line.trim() === "")) continue;
    whole += line.replace(continued, "");
    if (!continued.test(line)) break;
  }
  return { whole, next };
}

/** Returns the line after the instruction's here-documents. */
function skipHereDocuments(rest: string, lines: readonly string[], from: number): number {
  let next = from;
  for (const [, dash, , end] of rest.matchAll(/(?:^|\s)\d*<<(-?)(["']?)(\w[\w.-]*)\2(?=\s|$)/g)) {
    const isEnd = (line: string) => (dash ? line.replace(/^\t+/, "") : line) === end;
    while (next < lines.length && !isEnd(lines[next] ?? "")) next += 1;
    next += 1;
  }
  return next;
}
