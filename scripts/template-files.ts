import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const file = "actions/check-lab/template-files.json";
/** Files that check-lab does not take for a student's own work if their content is one that this project had. */
const paths = ["services", "infra-templates/*.yaml", "docs/architecture.md", "*.csv"];

/**
 * Adds the ids, in Git, of these files' contents in all commits and in the worktree to the list. For the project's
 * maintainers: in a fork it would list the student's own work. `--check` only reports that contents of now are missing.
 */
function main(root: string): void {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const git = (args: string[], input?: string) =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", input, maxBuffer: 2 ** 26 });
  const listed: string[] = JSON.parse(readFileSync(join(root, file), "utf8")).blobs.split(" ");
  const short = (id: string) => id.slice(0, 10);
  const contents = git(["hash-object", "--stdin-paths"], git(["ls-files", "--", ...paths]));
  const now = contents.trim().split("\n").map(short);
  if (values.check) {
    if (now.every((id) => listed.includes(id))) return;
    console.error(`${file} is too old. Fix: node scripts/run.mjs scripts/template-files.ts`);
    process.exitCode = 1;
    return;
  }
  const log = git(["log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--", ...paths]);
  const old = log.split("\n").flatMap((line) => line.split(" ")[3] ?? []);
  const removed = "0".repeat(40);
  const ids = new Set([...listed, ...now, ...old.filter((id) => id !== removed).map(short)]);
  writeFileSync(join(root, file), `${JSON.stringify({ blobs: [...ids].sort().join(" ") }, null, 2)}\n`);
}

main(join(import.meta.dirname, ".."));
