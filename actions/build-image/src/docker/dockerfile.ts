/** One instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  /** All that follows, without comments and without the text of here-documents. */
  readonly rest: string;
}

/** Instructions that take here-documents: docs.docker.com, Dockerfile reference, "Here-Documents". */
const withHereDocuments: readonly string[] = ["RUN", "COPY", "ADD"];

/** Reads a Dockerfile's instructions as its reference describes them: directives, comments, escapes, here-documents. */
export function readInstructions(text: string): Instruction[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const continued = continuation(escapeOf(lines));
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; ) {
    const { whole, next } = joinLines(lines, at, continued);
    const [, keyword = "", rest = ""] = /^(\S+)(.*)/s.exec(whole.trimStart()) ?? [];
    at = withHereDocuments.includes(keyword.toUpperCase()) ? skipHereDocuments(rest, lines, next) : next;
    if (keyword !== "") instructions.push({ keyword: keyword.toUpperCase(), rest: rest.trim() });
  }
  return instructions;
}

/** The line at `from` with those that continue it; comments and blank lines in between do not end it. */
function joinLines(lines: readonly string[], from: number, continued: RegExp) {
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

/** Answers where the lines go on after the here-documents that the instruction names. */
function skipHereDocuments(rest: string, lines: readonly string[], from: number): number {
  let next = from;
  for (const [, dash, , end] of rest.matchAll(/(?:^|\s)\d*<<(-?)(["']?)(\w[\w.-]*)\2(?=\s|$)/g)) {
    const isEnd = (line: string) => (dash ? line.replace(/^\t+/, "") : line) === end;
    while (next < lines.length && !isEnd(lines[next] ?? "")) next += 1;
    next += 1;
  }
  return next;
}

/** `# escape=` counts only above everything else. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const [, name, value] = /^\s*#\s*([a-z]+)\s*=\s*(\S+)\s*$/i.exec(line) ?? [];
    if (name === undefined) break;
    if (name.toLowerCase() === "escape" && value) return value;
  }
  return "\\";
}

function continuation(character: string): RegExp {
  return character === "`" ? /`[ \t]*$/ : /\\[ \t]*$/;
}
