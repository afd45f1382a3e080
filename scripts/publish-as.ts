// Writes the name of the published repository in place of the placeholder, in every file.
//
//   npm run publish-as -- ACCOUNT/NAME [--dry-run]
//   node scripts/publish-as.ts --check     fails for a release commit in which a placeholder remains
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  defineOptions,
  parseCommandLine,
  Refusal,
  refused,
  textOf,
} from "@ecs-delivery/program/command-line";
import { placeholdersIn, problemWithName, textFiles, withName } from "./release/owner.ts";

const root = join(import.meta.dirname, "..");
const command = {
  name: "publish-as",
  about: "Writes the name of the published repository into all files: npm run publish-as -- ACCOUNT/NAME",
  options: defineOptions({
    "dry-run": { help: "only list the files that would change" },
    check: { help: "fail if this is a release commit with a placeholder" },
  }),
};

/**
 * @internal Writes the name into the files that have the placeholder; returns these.
 * @param isDryRun writes nothing
 */
export function publishAs(
  repository: string,
  root: string,
  files: readonly string[],
  isDryRun: boolean,
): string[] {
  const problem = problemWithName(repository);
  if (problem) throw new Refusal(problem);
  return files.filter((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const named = withName(repository, path, text);
    if (named !== text && !isDryRun) writeFileSync(join(root, path), named);
    return named !== text;
  });
}

/** @internal The commit that releases a version renames "Unreleased" in the list of changes, or has the version's tag. */
export function isRelease(packageJson: string, changelog: string, tags: readonly string[]): boolean {
  const { version } = JSON.parse(packageJson) as { version: string };
  if (!/^\d+\.\d+\.\d+$/.test(version)) return false;
  const [newest = ""] = changelog
    .split(/^## /m)
    .slice(1)
    .filter((section) => section.trim() !== "Unreleased");
  return newest.split(/\s/, 1)[0] === version || tags.includes(`v${version}`);
}

function check(): void {
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const tags = execFileSync("git", ["tag", "--points-at", "HEAD"], { cwd: root, encoding: "utf8" }).split(
    "\n",
  );
  if (!isRelease(read("package.json"), read("CHANGELOG.md"), tags)) return;
  const lines = placeholdersIn(root, textFiles(root));
  if (lines.length === 0) return;
  console.error(`This commit is a release, and users would get placeholders:\n${lines.join("\n")}`);
  console.error("Fix: npm run publish-as -- ACCOUNT/NAME");
  process.exitCode = 1;
}

function publish(repository: string, isDryRun: boolean): void {
  const changed = publishAs(repository, root, textFiles(root), isDryRun);
  for (const path of changed) console.log(path);
  console.log(`${changed.length} files ${isDryRun ? "would name" : "now name"} ${repository}.`);
  if (isDryRun || changed.length === 0) return;
  const run = (...argv: string[]) => execFileSync(process.execPath, argv, { cwd: root, stdio: "inherit" });
  // A longer name breaks lines elsewhere, and changes the contents that check-lab knows.
  run("node_modules/@biomejs/biome/bin/biome", "format", "--write", ".");
  run("scripts/template-files.ts");
}

if (import.meta.main)
  try {
    const given = process.argv.slice(2);
    const [repository] = given.filter((each) => !each.startsWith("-"));
    const values = parseCommandLine(
      command,
      given.filter((each) => each !== repository),
    );
    const text = textOf(command, values, process.stdout.columns);
    if (text !== undefined) console.log(text);
    else if (values.check) check();
    else if (repository) publish(repository, Boolean(values["dry-run"]));
    else throw new Refusal("the repository is missing. Fix: npm run publish-as -- ACCOUNT/NAME");
  } catch (error) {
    console.error(`publish-as: ${(error as Error).message}`);
    process.exitCode = error instanceof Refusal ? refused : 1;
  }
