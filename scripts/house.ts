import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { filesOf } from "./plain-words.ts";

/** Programs that run where no package is installed: no import by name resolves there. */
const withoutPackages = [
  /^scripts\/(run|find-changed-services\/[^/]+)\.mjs$/,
  /(^|\/)options\.mjs$/,
  /^lab\/src\/story\/[^/]+\.mjs$/,
  /^program\/src\//,
  /^actions\/log-in-to-aws\/.*\.mjs$/,
];

/** Returns a line for each relative import of a file that ends in another workspace, past that workspace's door. */
export function pastDoors(file: string, source: string, workspaces: readonly string[]): string[] {
  if (withoutPackages.some((pattern) => pattern.test(file))) return [];
  const workspaceOf = (path: string) => workspaces.find((workspace) => path.startsWith(`${workspace}/`));
  return ts
    .preProcessFile(source, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith("."))
    .flatMap(({ fileName, pos }) => {
      const other = workspaceOf(normalize(join(dirname(file), fileName)));
      if (!other || other === workspaceOf(file)) return [];
      const line = source.slice(0, pos).split("\n").length;
      const fix = `import it by name (exports in ${other}/package.json)`;
      return [`${file}:${line}: ${fileName} goes past the door of ${other}. Fix: ${fix}`];
    });
}

/** Returns a line for each folder of the repository that has more lines than its budget, or no budget. */
export function overBudget(
  lines: ReadonlyMap<string, number>,
  budget: Readonly<Record<string, number>>,
): string[] {
  return [...lines].flatMap(([folder, count]) => {
    const allowed = budget[folder];
    const fix = "Fix: delete lines, or raise the number in scripts/line-budget.yaml and say why";
    if (allowed === undefined) return [`${folder} (${count} lines) has no line budget. ${fix}`];
    return count > allowed ? [`${folder} has ${count} lines, its budget is ${allowed}. ${fix}`] : [];
  });
}

/** Returns a line for each subject that is too long for `git log --oneline`; each begins with the commit. */
export function longSubjects(log: readonly string[]): string[] {
  return log.flatMap((line) => {
    const [commit = "", subject = ""] = line.split(/ (.*)/s);
    const characters = [...subject].length;
    if (characters <= 72) return [];
    return [`${commit}: the subject has ${characters} characters, 72 are allowed: ${subject}`];
  });
}

/** Earlier commits are longer, and stay. */
const firstChecked = "20bb90bd";

const git = (...args: string[]) => spawnSync("git", args, { encoding: "utf8" });

/** Returns the commits to check: none in a fork, in a repository made from the template, or in a shallow clone. */
function commits(): string[] {
  if (isFork() || git("rev-parse", "--is-shallow-repository").stdout.trim() === "true") return [];
  if (git("merge-base", "--is-ancestor", firstChecked, "HEAD").status !== 0) return [];
  return git("log", "--no-merges", "--format=%h %s", `${firstChecked}..HEAD`).stdout.trim().split("\n");
}

/** Reads the event of GitHub Actions. On a laptop, a clone of a fork has the remote `upstream` (GitHub's CLI adds it). */
function isFork(): boolean {
  const event = process.env.GITHUB_EVENT_PATH;
  if (event && existsSync(event)) return JSON.parse(readFileSync(event, "utf8")).repository?.fork === true;
  return git("remote").stdout.split("\n").includes("upstream");
}

/** Counts lines by top folder; files at the top are `.`. */
function linesByFolder(sources: readonly Source[]): Map<string, number> {
  const lines = new Map<string, number>();
  for (const [file, source] of sources) {
    const folder = /^[^/]+(?=\/)/.exec(file)?.[0] ?? ".";
    lines.set(folder, (lines.get(folder) ?? 0) + source.split("\n").length - 1);
  }
  return lines;
}

type Source = readonly [file: string, text: string];

if (import.meta.main) {
  const files = filesOf("*.ts", "*.mjs", "*.cjs", "*.js").filter((file) => existsSync(file));
  const sources = files.map((file): Source => [file, readFileSync(file, "utf8")]);
  const { workspaces } = JSON.parse(readFileSync("package.json", "utf8"));
  const folders = filesOf("*/package.json")
    .map((file) => dirname(file))
    .filter((folder) =>
      workspaces.some((name: string) => name === folder || name === `${dirname(folder)}/*`),
    );
  const found = [
    ...sources.flatMap(([file, source]) => pastDoors(file, source, folders)),
    ...overBudget(linesByFolder(sources), parse(readFileSync("scripts/line-budget.yaml", "utf8"))),
    ...longSubjects(commits()),
  ];
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
}
