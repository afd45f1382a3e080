import type { InputReader } from "../../../shared/inputs.ts";
import { tagsOfRun } from "./tags-of-run.ts";

/** OCI distribution-spec v1.1. */
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** The tags of this image: those that were given, and those of the run's commit and ref. */
export function readTags(read: InputReader, variables: NodeJS.ProcessEnv): readonly string[] {
  const given = read.lines("tags");
  for (const tag of given)
    if (tag.startsWith("source-"))
      read.problem(`Input tags has "${tag}"; tags that begin with source- are those of sources`);
    else if (!tagPattern.test(tag))
      read.problem(
        `Input tags has "${tag}"; up to 128 letters, digits, _ . and -, not beginning with . or -, are expected`,
      );
  const wanted = read.lines("tags-from");
  for (const from of wanted)
    if (!["commit", "ref", "none"].includes(from))
      read.problem(`Input tags-from has "${from}"; allowed: commit, ref, none`);
  return [...new Set([...given, ...tagsOfRun(wanted, variables)])];
}
