import { statSync } from "node:fs";
import { join } from "node:path";
import type { InputReader } from "../../../core/inputs.ts";
import { readPlatforms } from "../platforms.ts";

const caches = ["none", "gha"] as const;
const provenances = ["none", "min", "max"] as const;

export type DockerInputs = ReturnType<typeof readDockerInputs>;

/** Inputs that only this builder has. */
export const dockerInputNames: readonly string[] = [
  "dockerfile",
  "build-args",
  "build-contexts",
  "secret-files",
  "target",
  "cache",
  "provenance",
  "sbom",
];

const secretPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const layoutPattern = /^oci-layout:\/\/[^@]+@sha256:[0-9a-f]{64}$/;
const argumentPattern = /^[A-Za-z_]\w*$/;

export function readDockerInputs(read: InputReader) {
  const buildArgs = read.pairs("build-args");
  for (const name of buildArgs.keys())
    if (!argumentPattern.test(name))
      read.problem(`Input build-args has "${name}"; expected the name of a build argument`);
  const buildContexts = read.pairs("build-contexts");
  for (const [name, value] of buildContexts)
    if (!layoutPattern.test(value))
      read.problem(
        `Input build-contexts has "${name}=${value}"; expected name=oci-layout://folder@sha256:<64 hexadecimal digits>`,
      );
  return {
    kind: "docker" as const,
    /** Path of the Dockerfile. */
    dockerfile: readDockerfile(read),
    target: read.optional("target"),
    /** At least one; several make an index. */
    platforms: readPlatforms(read),
    buildArgs,
    /** `oci-layout://folder@sha256:…` by the name that the Dockerfile uses. */
    buildContexts,
    /** Paths by id. */
    secretFiles: readSecretFiles(read),
    cache: read.choice("cache", caches, "none"),
    provenance: read.choice("provenance", provenances, "none"),
    sbom: read.boolean("sbom", false),
  };
}

function readDockerfile(read: InputReader): string {
  const given = read.optionalFile("dockerfile");
  const context = read.optional("context");
  if (given !== undefined || context === undefined) return given ?? "Dockerfile";
  const path = join(context, "Dockerfile");
  // A missing context is reported when it is read.
  if (statSync(context, { throwIfNoEntry: false })?.isDirectory() && !isFile(path))
    read.problem(
      `The context has no Dockerfile: file ${path} does not exist; set its path in input dockerfile`,
    );
  return path;
}

function readSecretFiles(read: InputReader): ReadonlyMap<string, string> {
  const files = read.pairs("secret-files");
  for (const [id, file] of files)
    if (!secretPattern.test(id)) read.problem(`Input secret-files has "${id}"; expected a name`);
    else if (!isFile(file)) read.problem(`Input secret-files: file ${file} for ${id} does not exist`);
  return files;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
