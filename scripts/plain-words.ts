import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import ts from "typescript";

interface Rule {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Where code names things so, or the words have an ordinary meaning too. */
  readonly only?: "comments";
}

/** Words that read like a translation, and what to write instead. */
const rules: readonly Rule[] = [
  { pattern: /\bwhoever\b/i, instead: "the caller, the user" },
  { pattern: /\b(anew|once more)\b/i, instead: "again" },
  { pattern: /\bamid\b/i, instead: "during" },
  { pattern: /\bbeside\b/i, instead: "next to, compared with" },
  { pattern: /\bby itself\b/i, instead: "automatically, on its own" },
  { pattern: /\bmend(s|ed|ing)?\b/i, instead: "fix" },
  { pattern: /\bin vain\b/i, instead: "timed out" },
  { pattern: /\b(told|tells)\b/i, instead: "reported, shown" },
  { pattern: /\bdearest\b/i, instead: "most expensive" },
  { pattern: /\bunder way\b/i, instead: "in progress" },
  { pattern: /\bwished\b/i, instead: "desired" },
  { pattern: /\ba thousand times\b/i, instead: "1,000 times" },
  { pattern: /\bten thousand\b/i, instead: "10,000" },
  { pattern: /\brefuses? by name\b/i, instead: "fails with an error that names it" },
  { pattern: /\bis there already\b/i, instead: "already exists" },
  { pattern: /\bhand(s|ed)? over\b/i, instead: "passes" },
  { pattern: /\bthere (is|are) (no|none)\b/i, instead: "does not exist, has no, unknown" },
  { pattern: /\b(?<!there )(is|are) no\b(?! (longer|more)\b)/i, instead: "is not a" },
  { pattern: /^(Of|What|Whoever|That) /, instead: "the subject first", only: "comments" },
];

/** Returns one line for each banned word of a file: where it is and what to write instead. */
export function wordsOf(file: string, source: string): string[] {
  const code = /\.(ts|mjs)$/.test(file);
  return (code ? textsOf(source) : linesOf(source)).flatMap(({ line, text, comment }) =>
    rules.flatMap(({ pattern, instead, only }) => {
      if (only && !comment) return [];
      const found = pattern.exec(text)?.[0];
      return found ? [`${file}:${line}: "${found.trim()}": write "${instead}"`] : [];
    }),
  );
}

interface Text {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
  readonly comment: boolean;
}

function linesOf(source: string): Text[] {
  return source.split("\n").map((text, index) => ({ line: index + 1, text, comment: false }));
}

/** Returns the comments and the texts of code; names are not prose. */
function textsOf(source: string): Text[] {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true);
  const found = new Map<number, Text>();
  const add = (start: number, text: string, comment: boolean) => {
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    found.set(start, { line, text, comment });
  };
  const visit = (node: ts.Node): void => {
    for (const { pos, end } of ts.getLeadingCommentRanges(source, node.getFullStart()) ?? [])
      add(
        pos,
        source
          .slice(pos, end)
          .split("\n")
          .map((line) =>
            line
              .trim()
              .replace(/^(\/\*+|\/\/|\*(?!\/))|\*\/$/g, "")
              .trim(),
          )
          .join(" ")
          .trim(),
        true,
      );
    // A single word is a name.
    if ("text" in node && !String(node.text).includes(" ")) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      add(node.getStart(), node.text, false);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...found.values()];
}

/** Returns the repository's files of these names, without the bundles. */
export function filesOf(...names: string[]): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", ...names], { encoding: "utf8" });
  return listed.split("\0").filter((file) => file && !/(^|\/)dist\//.test(file));
}

/** Prints what is found in these files, and sets the exit code. */
export function checkFiles(files: string[], find: (file: string, source: string) => string[]): void {
  const found = files.flatMap((file) => find(file, readFileSync(file, "utf8")));
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
}

if (import.meta.main)
  checkFiles(filesOf("*.md", "*.yml", "*.yaml", "*.ts", "*.mjs"), (file, source) =>
    /\.fr\.md$|^CHANGELOG\.md$|(^|\/)plain-words\./.test(file) ? [] : wordsOf(file, source),
  );
