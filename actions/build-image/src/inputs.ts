import { statSync } from "node:fs";
import { type InputReader, readInputs } from "../../core/inputs.ts";
import {
  parseRepositoryName,
  type RepositoryName,
  readTagNames,
} from "../../registry/destination/repository-name.ts";
import { type DockerInputs, dockerInputNames, readDockerInputs } from "./docker/inputs.ts";
import { type OciInputs, ociInputNames, readOciInputs } from "./oci/inputs.ts";

export interface DestinationInputs {
  readonly repository: RepositoryName;
  /** Whether a missing repository is created; else it is an error. */
  readonly create: boolean;
}

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
    if (file !== undefined) return readWriteInputs(read, file, builder);
    return {
      destination: readDestinationInputs(read),
      context: readContext(read),
      labels: read.pairs("labels"),
      tags: readTags(read, variables),
      builder: builder === "docker" ? readDockerInputs(read) : readOciInputs(read),
    };
  }, getInput);
}

function readDestinationInputs(read: InputReader): DestinationInputs {
  const given = read.required("repository");
  const repository = parseRepositoryName(given);
  if (given && !repository)
    read.problem(
      `Input repository has "${given}"; expected the name of an ECR repository, such as customer or team/customer, or host/name, without tag or digest`,
    );
  const create = read.boolean("create-repository", false);
  if (create && repository?.registry === "other")
    read.problem(
      `Input create-repository works with ECR only, and the repository is on ${repository.host}; most other registries create a repository at the first push`,
    );
  return { repository: repository ?? { registry: "ecr", name: given }, create };
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

function readWriteInputs(read: InputReader, file: string, builder: "oci" | "docker"): WriteInputs {
  refuse(read, ["repository", "tags"], "outputs, which writes a file instead of pushing");
  const labels = read.pairs("labels");
  if (builder === "docker")
    return { file, context: readContext(read), labels, builder: readDockerInputs(read) };
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

/** Reads the tags of the image. Without any it has that of the run's commit, which a run elsewhere lacks. */
function readTags(read: InputReader, { GITHUB_SHA }: NodeJS.ProcessEnv): readonly string[] {
  const given = readTagNames(read, "tags");
  return given.length === 0 && GITHUB_SHA ? [GITHUB_SHA] : [...new Set(given)];
}
