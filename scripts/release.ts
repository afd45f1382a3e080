// node scripts/release.ts plan             decides whether the version of this commit has to be released
// node scripts/release.ts checksums FILE   writes the SHA-256 of each file that a `uses:` line can reach, and of *.tgz
// The jobs of release.yml that may publish run neither.

import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { placeholdersIn, textFiles } from "./release/owner.ts";
import { compareVersions, newestOf, notesOf, readVersion } from "./release/version.ts";

function main([command, file]: readonly string[]): void {
  if (command === "plan") plan();
  else if (command === "checksums" && file) writeFileSync(file, checksums());
  else throw new Error("usage: node scripts/release.ts plan | checksums FILE");
}

/** Writes the outputs `version` (empty for a complete release), `commit` and `notes`. */
function plan(): void {
  const { version, commit, notes, published, moving } = read();
  const due = !published || moving.length > 0;
  console.log(due ? `${version} has to be released` : `${version} is released`);
  const end = randomUUID();
  const outputs = `version=${due ? version : ""}\ncommit=${commit}\nnotes<<${end}\n${notes}\n${end}\n`;
  if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, outputs);
}

/**
 * Reads package.json, CHANGELOG.md and the remote repository. Throws for a version that must not be released. Tags such
 * as v1, in `moving`, have to move to the commit.
 */
function read() {
  const version = readVersion(readFileSync("package.json", "utf8"));
  const notes = notesOf(readFileSync("CHANGELOG.md", "utf8"), version);
  const tags = readTags();
  const tag = `v${version}`;
  const head = git("rev-parse", "HEAD");
  const commit = tags.get(tag) ?? head;
  const published = tags.has(tag) && isPublished(tag);
  if (!tags.has(tag)) checkIsNewest(version, tags);
  if (!published) checkNames();
  if (!published && commit !== head)
    throw new Error(
      `The tag ${tag} is at ${commit}, but has no release; this commit is ${head}. Fix: delete the tag, then run this job again.`,
    );
  return { version, notes, commit, published, moving: movingTags(version, commit, tags) };
}

function checkIsNewest(version: string, tags: Tags): void {
  const newest = newestOf(tags.keys());
  if (newest && compareVersions(version, newest) < 0)
    throw new Error(
      `The version ${version} in package.json is lower than ${newest}, which is released. Fix: raise it.`,
    );
}

function checkNames(): void {
  const [first] = placeholdersIn(".", textFiles("."));
  if (first)
    throw new Error(
      `A placeholder for the repository's name remains (${first}). Fix: npm run publish-as -- ${process.env.GH_REPO ?? "ACCOUNT/NAME"}`,
    );
}

/** A version moves the tag of its series only when it is the newest there, so that an old run moves nothing back. */
function movingTags(version: string, commit: string, tags: Tags): string[] {
  const [major, minor] = version.split(".");
  return [`${major}`, `${major}.${minor}`]
    .filter((series) => compareVersions(version, newestOf(tags.keys(), series) ?? version) >= 0)
    .map((series) => `v${series}`)
    .filter((tag) => tags.get(tag) !== commit);
}

/** In the format of sha256sum. Users compare it with their checkout; the provenance is signed for the same lines. */
function checksums(): string {
  const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
  return [...reachableFiles(), ...packages()].map((file) => `${digest(file)}  ${file}\n`).join("");
}

/** The workflows, and everything in a folder with an action.yml except what only its developers use. */
function reachableFiles(): string[] {
  const list = (...paths: string[]) =>
    git("ls-files", "-z", "--", ...paths)
      .split("\0")
      .filter(Boolean);
  const actions = list(":(glob)**/action.y*ml");
  if (actions.length === 0)
    throw new Error("This folder has no action.yml. Fix: run this in the root folder.");
  const folders = actions.map((file) => (dirname(file) === "." ? file : `${dirname(file)}/`));
  const development = ["*/src/*", "*.test.ts", "*/README.md"].map((each) => `:(exclude)${each}`);
  return list(".github/workflows", ...folders, ...development);
}

/** The npm packages in the root folder, which `npm pack` names after name and version. */
function packages(): string[] {
  const found = readdirSync(".").filter((file) => file.endsWith(".tgz"));
  if (found.length === 0)
    throw new Error(
      "This folder has no package (*.tgz). Fix: make it with scripts/pack-cli.ts and npm pack.",
    );
  return found;
}

/** Tag → commit. */
type Tags = ReadonlyMap<string, string>;

/** Reads tokens from GH_TOKEN, so that none is written to a file. */
const credentials = ["-c", "credential.helper=", "-c", "credential.helper=!gh auth git-credential"];

function git(...parameters: string[]): string {
  return run("git", parameters);
}

function readTags(): Tags {
  const tags = new Map<string, string>();
  // The commit of an annotated tag comes after the tag, as `refs/tags/v1^{}`.
  for (const line of git(...credentials, "ls-remote", "--tags", "origin")
    .split("\n")
    .filter(Boolean)) {
    const [commit = "", ref = ""] = line.split("\t");
    tags.set(ref.replace(/^refs\/tags\//, "").replace(/\^\{\}$/, ""), commit);
  }
  return tags;
}

/** A token that may only read sees no drafts. */
function isPublished(tag: string): boolean {
  try {
    const { isDraft } = JSON.parse(run("gh", ["release", "view", tag, "--json", "isDraft"]));
    return !isDraft;
  } catch (error) {
    if ((error as Error).message.includes("release not found")) return false;
    throw error;
  }
}

function run(program: string, parameters: readonly string[]): string {
  try {
    return execFileSync(program, parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    const command = [program, ...parameters.filter((each) => !credentials.includes(each)).slice(0, 2)].join(
      " ",
    );
    throw new Error(`${command} failed: ${stderr?.trim() || message}`, { cause });
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  // GitHub shows a line of this form on the run; %0A is a line break in it.
  console.error(`::error::${(error as Error).message.replaceAll("%", "%25").replaceAll("\n", "%0A")}`);
  process.exitCode = 1;
}
