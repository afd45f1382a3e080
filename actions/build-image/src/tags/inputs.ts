import type { InputReader } from "../../../shared/inputs.ts";
import { readTagNames } from "../../../shared/registry/tag-names.ts";

/** Reads the tags of this image: the given ones, and those of the run's commit and ref. */
export function readTags(read: InputReader, variables: NodeJS.ProcessEnv): readonly string[] {
  const given = readTagNames(read, "tags");
  const wanted = read.lines("tags-from");
  for (const from of wanted)
    if (!["commit", "ref", "none"].includes(from))
      read.problem(`Input tags-from has "${from}"; allowed: commit, ref, none`);
  return [...new Set([...given, ...tagsOfRun(wanted, variables)])];
}

/** Longest tag that OCI distribution-spec v1.1 allows. */
const longestTag = 128;

/**
 * Returns tags of the commit, branch, tag or pull request that GitHub runs for; a run elsewhere, which lacks its
 * variables, has none.
 */
function tagsOfRun(from: readonly string[], variables: NodeJS.ProcessEnv): string[] {
  const { GITHUB_SHA: commit, GITHUB_REF: ref } = variables;
  return [
    ...(from.includes("commit") && commit ? [commit] : []),
    ...(from.includes("ref") && ref ? tagOfRef(ref) : []),
  ];
}

/** Turns `refs/heads/a/b` into `a-b`, `refs/tags/v1.2.3` into `v1.2.3`, `refs/pull/7/merge` into `pr-7`. */
function tagOfRef(ref: string): string[] {
  const pull = /^refs\/pull\/(\d+)\//.exec(ref)?.[1];
  if (pull !== undefined) return [`pr-${pull}`];
  const name = ref.replace(/^refs\/(?:heads|tags)\//, "");
  const tag = name
    .replace(/[^a-zA-Z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, longestTag);
  return tag === "" ? [] : [tag];
}
