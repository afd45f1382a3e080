// node scripts/release.ts plan             decides whether the version of this commit has to be released
// node scripts/release.ts checksums FILE   writes the SHA-256 of each file that a `uses:` line can reach, and of *.tgz
// node scripts/release.ts publish          releases the version, then moves its tags such as v1 and v1.2

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compareVersions, newestOf, notesOf, readVersion } from "./release/version.ts";

interface Release {
  readonly version: string;
  readonly tag: string;
  readonly notes: string;
  /** The commit to release, or the one that is released. */
  readonly commit: string;
  /** Whether the tag exists in the remote repository. */
  readonly tagged: boolean;
  readonly published: boolean;
  /** Tags such as v1 that have to move to the commit. */
  readonly moving: readonly string[];
}

function main([command, file]: readonly string[]): void {
  if (command === "plan") plan();
  else if (command === "publish") publish();
  else if (command === "checksums" && file) writeFileSync(file, checksums());
  else throw new Error("usage: node scripts/release.ts plan | checksums FILE | publish");
}

function plan(): void {
  const { version, published, moving } = read();
  const due = !published || moving.length > 0;
  console.log(due ? `${version} has to be released` : `${version} is released`);
  if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `version=${due ? version : ""}\n`);
}

function publish(): void {
  const release = read();
  if (!release.published) publishRelease(release);
  moveTags(release);
}

/** Reads package.json, CHANGELOG.md and the remote repository. Throws for a version that must not be released. */
function read(): Release {
  const version = readVersion(readFileSync("package.json", "utf8"));
  const notes = notesOf(readFileSync("CHANGELOG.md", "utf8"), version);
  const tags = readTags();
  const tag = `v${version}`;
  const head = git("rev-parse", "HEAD");
  const commit = tags.get(tag) ?? head;
  const tagged = tags.has(tag);
  const published = tagged && readRelease(tag) === "published";
  if (!tagged) checkIsNewest(version, tags);
  if (!published && commit !== head)
    throw new Error(
      `The tag ${tag} is at ${commit}, but has no release; this commit is ${head}. Fix: delete the tag, then run this job again.`,
    );
  return { version, tag, notes, commit, tagged, published, moving: movingTags(version, commit, tags) };
}

function checkIsNewest(version: string, tags: Tags): void {
  const newest = newestOf(tags.keys());
  if (newest && compareVersions(version, newest) < 0)
    throw new Error(
      `The version ${version} in package.json is lower than ${newest}, which is released. Fix: raise it.`,
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

/** Nobody sees a draft. What this run created is removed again if the release is not published. */
function publishRelease(release: Release): void {
  const { tag, commit, tagged, notes } = release;
  const folder = mkdtempSync(join(tmpdir(), "release-"));
  try {
    const [notesFile, asset] = [join(folder, "notes.md"), join(folder, "checksums.txt")];
    writeFileSync(notesFile, notes);
    writeFileSync(asset, checksums());
    deleteDraft(tag);
    createDraft(tag, notesFile, [asset, ...packages()]);
    if (!tagged) push([`${commit}:refs/tags/${tag}`]);
    publishDraft(tag);
    console.log(`published ${tag} at ${commit}`);
  } catch (error) {
    if (!undo(release, error as Error)) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns true if the release is public after all: then only the response was lost. */
function undo({ tag, tagged, commit }: Release, { message }: Error): boolean {
  try {
    if (readRelease(tag) === "published") return true;
    if (!tagged && readTags().get(tag) === commit) push([`:refs/tags/${tag}`]);
    deleteDraft(tag);
    return false;
  } catch (cause) {
    throw new Error(
      `${message}\nThe clean-up failed too: ${(cause as Error).message}\nFix: run this job again; it continues.`,
      { cause },
    );
  }
}

function moveTags({ tag, commit, moving }: Release): void {
  if (moving.length === 0) return;
  fetchTag(tag);
  try {
    push(moving.map((each) => `+${commit}:refs/tags/${each}`));
  } catch (cause) {
    const commands = moving.map((each) => `+${commit}:refs/tags/${each}`).join(" ");
    throw new Error(
      `${tag} is released, but ${moving.join(" and ")} did not move: ${(cause as Error).message}\nFix: run this job again, or: git push --atomic origin ${commands}`,
      { cause },
    );
  }
  console.log(`moved ${moving.join(" and ")} to ${commit}`);
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
  if (actions.length === 0) throw new Error("There is no action.yml. Fix: run this in the root folder.");
  const folders = actions.map((file) => (dirname(file) === "." ? file : `${dirname(file)}/`));
  const development = ["*/src/*", "*.test.ts", "*/README.md"].map((each) => `:(exclude)${each}`);
  return list(".github/workflows", ...folders, ...development);
}

/** The npm packages in the root folder, which `npm pack` names after name and version. */
function packages(): string[] {
  const found = readdirSync(".").filter((file) => file.endsWith(".tgz"));
  if (found.length === 0)
    throw new Error("There is no package (*.tgz) here. Fix: make it with scripts/pack-cli.ts and npm pack.");
  return found;
}

/** Tag → commit. */
export type Tags = ReadonlyMap<string, string>;

/** Reads tokens from GH_TOKEN, so that none is written to a file. */
const credentials = ["-c", "credential.helper=", "-c", "credential.helper=!gh auth git-credential"];

export function git(...parameters: string[]): string {
  return run("git", parameters);
}

export function gh(...parameters: string[]): string {
  return run("gh", parameters);
}

/** Creates, moves or deletes all of these refs of the remote repository, or none of them. */
export function push(refspecs: readonly string[]): void {
  git(...credentials, "push", "--quiet", "--atomic", "origin", ...refspecs);
}

function fetchTag(tag: string): void {
  git(...credentials, "fetch", "--quiet", "--no-tags", "origin", `refs/tags/${tag}`);
}

export function readTags(): Tags {
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
function readRelease(tag: string): "none" | "draft" | "published" {
  try {
    const { isDraft } = JSON.parse(gh("release", "view", tag, "--json", "isDraft")) as { isDraft: boolean };
    return isDraft ? "draft" : "published";
  } catch (error) {
    if ((error as Error).message.includes("release not found")) return "none";
    throw error;
  }
}

/** Creates an unpublished release. Its notes are read as a file, because they are long and start with any character. */
function createDraft(tag: string, notesFile: string, assets: readonly string[]): void {
  gh("release", "create", tag, ...assets, "--draft", "--title", tag, "--notes-file", notesFile);
}

/** Publishes the draft for the existing tag. Naming a target commit would need a permission that no job can get. */
function publishDraft(tag: string): void {
  // gh verifies only a tag that is given as --tag.
  gh("release", "edit", tag, "--draft=false", "--latest", "--tag", tag, "--verify-tag");
}

function deleteDraft(tag: string): void {
  if (readRelease(tag) === "draft") gh("release", "delete", tag, "--yes");
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
