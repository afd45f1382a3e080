import { statSync } from "node:fs";
import { type InputReader, readInputs } from "../../core/inputs.ts";
import { readTagNames } from "../../registry/destination/repository-name.ts";
import { type DestinationInputs, readDestinationInputs } from "./destination/inputs.ts";
import { type DockerInputs, dockerInputNames, readDockerInputs } from "./docker/inputs.ts";
import { type OciInputs, ociInputNames, readOciInputs } from "./oci/inputs.ts";

/** An image to build and push. */
export interface BuildInputs {
  readonly destination: DestinationInputs;
  /** Folder of the source, or a tar archive of it. */
  readonly context: string;
  /** Archive that was unpacked into the context. */
  readonly tar?: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly tags: readonly string[];
  readonly builder: OciInputs | DockerInputs;
}

/** An image to build, or without a context a base image to fetch, into an OCI archive. */
export interface WriteInputs extends Pick<BuildInputs, "labels" | "builder"> {
  /** Path of the archive. */
  readonly file: string;
  readonly context: string | undefined;
}

/** An image in an OCI archive to push. */
export interface PushInputs extends Pick<BuildInputs, "destination" | "tags"> {
  readonly archive: string;
  readonly digest: string;
}

/** Reads the inputs; `variables` are the run's, such as GITHUB_SHA. */
export function readBuildInputs(
  variables: NodeJS.ProcessEnv,
  getInput?: (name: string) => string,
): BuildInputs | WriteInputs | PushInputs {
  return readInputs((read) => {
    if (read.optional("archive") || read.optional("digest")) return readPushInputs(read, variables);
    const builder = read.choice("builder", ["oci", "docker"], "oci");
    refuse(read, builder === "oci" ? dockerInputNames : ociInputNames, `builder ${builder}`);
    const file = readOutputs(read);
    if (file !== undefined) return readWriteInputs(read, variables, { file, builder });
    return {
      destination: readDestinationInputs(read),
      context: readContext(read),
      labels: read.pairs("labels"),
      tags: readTags(read, variables),
      builder: builder === "docker" ? readDockerInputs(read, variables) : readOciInputs(read),
    };
  }, getInput);
}

function readContext(read: InputReader): string {
  return read.optional("context")?.endsWith(".tar") ? read.file("context") : read.folder("context");
}

/** Returns the path of an OCI archive, from an input of docker/build-push-action that can say more. */
function readOutputs(read: InputReader): string | undefined {
  const outputs = read.optional("outputs");
  const file = /^dest=(?!-,)([^,\n]+),type=oci$/.exec(outputs?.split(",").sort().join() ?? "")?.[1];
  if (outputs && !file)
    read.problem(`Input outputs has ${JSON.stringify(outputs)}; allowed: type=oci,dest=FILE`);
  if (file && statSync(file, { throwIfNoEntry: false })?.isDirectory())
    read.problem(`Input outputs: ${file} is a folder, not a file`);
  return file ?? outputs;
}

function readWriteInputs(
  read: InputReader,
  variables: NodeJS.ProcessEnv,
  { file, builder }: { readonly file: string; readonly builder: "oci" | "docker" },
): WriteInputs {
  refuse(read, ["repository", "tags"], "outputs, which writes a file instead of pushing");
  const labels = read.pairs("labels");
  if (builder === "docker") {
    const inputs = readDockerInputs(read, variables);
    if (inputs.cache === "registry" || inputs.cache === "inline")
      read.problem(`Input cache is ${inputs.cache}; allowed with outputs: none, gha`);
    return { file, context: readContext(read), labels, builder: inputs };
  }
  const changing = ["context", "labels", ...ociInputNames.filter((name) => name !== "base-image")];
  refuse(read, changing, "outputs and builder oci, which writes a base image as it is");
  if (read.optional("base-image") === "scratch")
    read.problem("Input base-image is scratch, which has no image");
  return { file, context: undefined, labels, builder: readOciInputs(read) };
}

function readPushInputs(read: InputReader, variables: NodeJS.ProcessEnv): PushInputs {
  const building = ["context", "labels", "outputs", ...ociInputNames, ...dockerInputNames];
  refuse(read, building, "archive, whose image is built already");
  const archive = read.file("archive");
  const digest = read.required("digest");
  if (digest && !/^sha256:[0-9a-f]{64}$/.test(digest))
    read.problem(`Input digest is "${digest}"; expected sha256:<64 hexadecimal digits>`);
  return { archive, digest, destination: readDestinationInputs(read), tags: readTags(read, variables) };
}

function refuse(read: InputReader, names: readonly string[], reason: string): void {
  for (const name of names)
    if (read.optional(name) !== undefined) read.problem(`Input ${name} does not go with ${reason}`);
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
