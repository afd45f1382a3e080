import { statSync } from "node:fs";
import { join } from "node:path";
import type { InputReader } from "../../../core/inputs.ts";

const caches = ["none", "gha", "registry", "inline"] as const;
const provenances = ["none", "min", "max"] as const;

export interface DockerInputs {
  readonly kind: "docker";
  /** Path of the Dockerfile. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  /** `linux/amd64`; several make an index. */
  readonly platforms: readonly string[];
  readonly buildArgs: ReadonlyMap<string, string>;
  /** `oci-layout://folder@sha256:…` by the name that the Dockerfile uses. */
  readonly buildContexts: ReadonlyMap<string, string>;
  /** By id. */
  readonly secrets: ReadonlyMap<string, BuildSecret>;
  readonly cache: (typeof caches)[number];
  readonly provenance: (typeof provenances)[number];
  readonly sbom: boolean;
}

export type BuildSecret = { readonly value: string } | { readonly file: string };

/** Inputs that only this builder has. */
export const dockerInputNames: readonly string[] = [
  "dockerfile",
  "build-args",
  "build-contexts",
  "build-secrets",
  "build-secret-files",
  "target",
  "cache",
  "provenance",
  "sbom",
];

/** Linux in Go's terms, which BuildKit and ECS use: image-spec v1.1, image-index.md, `platform`. */
const platformPattern = /^linux\/(?:386|amd64|arm64|arm\/v[5-8]|ppc64le|riscv64|s390x)$/;
const secretPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const layoutPattern = /^oci-layout:\/\/[^@]+@sha256:[0-9a-f]{64}$/;
const argumentPattern = /^[A-Za-z_]\w*$/;

/** Reads the inputs; `variables` are those of the step, which may provide a secret without a value. */
export function readDockerInputs(read: InputReader, variables: NodeJS.ProcessEnv): DockerInputs {
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
    kind: "docker",
    dockerfile: readDockerfile(read),
    target: read.optional("target"),
    platforms: readPlatforms(read),
    buildArgs,
    buildContexts,
    secrets: new Map([...readSecrets(read, variables), ...readSecretFiles(read)]),
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

function readPlatforms(read: InputReader): readonly string[] {
  const platforms = [...new Set(read.lines("platform"))];
  for (const platform of platforms)
    if (!platformPattern.test(platform))
      read.problem(
        `Input platform has "${platform}"; expected one platform per line, such as linux/amd64 or linux/arm64`,
      );
  return platforms.length > 0 ? platforms : ["linux/amd64"];
}

/** A wrong line may contain a secret, so only its number is shown. */
function readSecrets(read: InputReader, variables: NodeJS.ProcessEnv): [string, BuildSecret][] {
  return read.numberedLines("build-secrets").flatMap(({ number, text }): [string, BuildSecret][] => {
    const [, id = "", given] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
    const value = given ?? variables[id];
    if (!secretPattern.test(id))
      read.problem(`Input build-secrets: line ${number} is neither name=value nor the name of a variable`);
    else if (!value)
      read.problem(
        `Input build-secrets: ${id} has no value, neither in the line nor in a variable of the step's env`,
      );
    return [[id, { value: value ?? "" }]];
  });
}

function readSecretFiles(read: InputReader): [string, BuildSecret][] {
  return [...read.pairs("build-secret-files")].map(([id, file]): [string, BuildSecret] => {
    if (!secretPattern.test(id)) read.problem(`Input build-secret-files has "${id}"; expected a name`);
    else if (!isFile(file)) read.problem(`Input build-secret-files: file ${file} for ${id} does not exist`);
    return [id, { file }];
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
