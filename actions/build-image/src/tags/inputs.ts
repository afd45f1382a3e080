import type { InputReader } from "../../../shared/inputs.ts";
import { readTagNames } from "../../../shared/registry/tag-names.ts";
import { tagsOfRun } from "./tags-of-run.ts";

/** Reads the tags of this image: the given ones, and those of the run's commit and ref. */
export function readTags(read: InputReader, variables: NodeJS.ProcessEnv): readonly string[] {
  const given = readTagNames(read, "tags");
  const wanted = read.lines("tags-from");
  for (const from of wanted)
    if (!["commit", "ref", "none"].includes(from))
      read.problem(`Input tags-from has "${from}"; allowed: commit, ref, none`);
  return [...new Set([...given, ...tagsOfRun(wanted, variables)])];
}
