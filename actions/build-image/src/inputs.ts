import { type InputReader, readInputs } from "../../shared/inputs.ts";
import { readTagNames } from "../../shared/registry/destination/repository-name.ts";
import { type DestinationInputs, readDestinationInputs } from "./destination/inputs.ts";
import { type DockerInputs, dockerInputNames, readDockerInputs } from "./docker/inputs.ts";
import { type OciInputs, ociInputNames, readOciInputs } from "./oci/inputs.ts";

export interface BuildInputs {
  readonly destination: DestinationInputs;
  /** Folder of the source. */
  readonly context: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly tags: readonly string[];
  readonly builder: OciInputs | DockerInputs;
}

/** Settings of one builder that the other would ignore. */
const inputsOfBuilders = { oci: ociInputNames, docker: dockerInputNames };

/** Reads the inputs; `variables` are the run's, such as GITHUB_SHA. */
export function readBuildInputs(
  variables: NodeJS.ProcessEnv,
  getInput?: (name: string) => string,
): BuildInputs {
  return readInputs((read) => {
    const builder = read.choice("builder", ["oci", "docker"], "oci");
    refuseInputsOfOthers(read, builder);
    return {
      destination: readDestinationInputs(read),
      context: read.folder("context"),
      labels: read.pairs("labels"),
      tags: readTags(read, variables),
      builder: builder === "docker" ? readDockerInputs(read, variables) : readOciInputs(read),
    };
  }, getInput);
}

function refuseInputsOfOthers(read: InputReader, builder: "oci" | "docker"): void {
  for (const [owner, names] of Object.entries(inputsOfBuilders))
    for (const name of names)
      if (owner !== builder && read.optional(name) !== undefined)
        read.problem(`Input ${name} works with builder ${owner} only, and builder is ${builder}`);
}

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
