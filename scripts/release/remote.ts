import { execFileSync } from "node:child_process";

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

export function fetchTag(tag: string): void {
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
export function readRelease(tag: string): "none" | "draft" | "published" {
  try {
    const { isDraft } = JSON.parse(gh("release", "view", tag, "--json", "isDraft")) as { isDraft: boolean };
    return isDraft ? "draft" : "published";
  } catch (error) {
    if ((error as Error).message.includes("release not found")) return "none";
    throw error;
  }
}

/** Creates an unpublished release. Its notes are read as a file, because they are long and start with any character. */
export function createDraft(tag: string, notesFile: string, asset: string): void {
  gh("release", "create", tag, asset, "--draft", "--title", tag, "--notes-file", notesFile);
}

/** Publishes the draft for the existing tag. Naming a target commit would need a permission that no job can get. */
export function publishDraft(tag: string): void {
  // gh verifies only a tag that is given as --tag.
  gh("release", "edit", tag, "--draft=false", "--latest", "--tag", tag, "--verify-tag");
}

export function deleteDraft(tag: string): void {
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
