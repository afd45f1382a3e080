import type { InputReader } from "../inputs.ts";

/** OCI distribution-spec v1.1. */
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Reads the tags of an input, one a line; refuses those that build-image reserves to find the image of a source. */
export function readTagNames(read: InputReader, input: string): readonly string[] {
  const given = read.lines(input);
  for (const tag of given)
    if (tag.startsWith("source-"))
      read.problem(
        `Input ${input} has "${tag}"; tags that begin with source- are reserved for source digests`,
      );
    else if (!tagPattern.test(tag))
      read.problem(
        `Input ${input} has "${tag}"; expected up to 128 letters, digits, _ . and -, not beginning with . or -`,
      );
  return given;
}
