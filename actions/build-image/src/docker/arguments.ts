import { resolve } from "node:path";
import type { BuildOrder } from "../builder.ts";
import { cacheArguments } from "./cache.ts";
import type { DockerInputs } from "./inputs.ts";

export interface BuildCommand {
  readonly args: readonly string[];
  /** Variables from which BuildKit reads secrets; every process can read another's arguments. */
  readonly secrets: NodeJS.ProcessEnv;
}

export interface CommandParts {
  readonly order: BuildOrder;
  /** All labels, including the order's. */
  readonly labels: ReadonlyMap<string, string>;
  /** Current digest of each base image that is named without one. */
  readonly bases: ReadonlyMap<string, string>;
  /** File that buildx writes its result into. */
  readonly metadata: string;
}

export function buildCommand(inputs: DockerInputs, parts: CommandParts): BuildCommand {
  const { order, labels, bases, metadata } = parts;
  const { destination, sourceTag, context } = order;
  const { dockerfile, platforms, target, buildArgs, provenance, sbom } = inputs;
  const secrets = secretArguments(inputs);
  const args = [
    "buildx",
    "build",
    ...["--file", resolve(dockerfile)],
    ...["--tag", `${destination.uri}:${sourceTag}`, ...output(inputs)],
    ...["--progress", "plain", "--metadata-file", metadata],
    ...["--platform", platforms.join(",")],
    ...(target === undefined ? [] : ["--target", target]),
    ...pairs("--build-arg", buildArgs),
    ...pairs("--label", labels),
    ...[...bases].flatMap(([name, digest]) => ["--build-context", `${name}=${pinned(name, digest)}`]),
    ...secrets.args,
    ...cacheArguments(inputs, destination),
    `--provenance=${provenance === "none" ? "false" : `mode=${provenance}`}`,
    `--sbom=${sbom}`,
    resolve(context),
  ];
  return { args, secrets: secrets.variables };
}

/**
 * ECR and some other registries refuse an attestation that refers to its image as its subject, which is BuildKit's
 * default since 0.32 (moby/buildkit#5747, #6171, #7007); older versions ignore the option.
 */
function output({ provenance, sbom }: DockerInputs): string[] {
  const attests = provenance !== "none" || sbom;
  return attests ? ["--output", "type=registry,oci-artifact=false"] : ["--push"];
}

function pairs(option: string, values: ReadonlyMap<string, string>): string[] {
  return [...values].flatMap(([name, value]) => [option, `${name}=${value}`]);
}

function pinned(name: string, digest: string): string {
  return `docker-image://${name}@${digest}`;
}

function secretArguments({ secrets }: DockerInputs) {
  const args: string[] = [];
  const variables: NodeJS.ProcessEnv = {};
  for (const [index, [id, secret]] of [...secrets].entries()) {
    const variable = `BUILD_IMAGE_SECRET_${index}`;
    if ("value" in secret) variables[variable] = secret.value;
    const from = "value" in secret ? `env=${variable}` : csvField(`src=${resolve(secret.file)}`);
    args.push("--secret", `id=${id},${from}`);
  }
  return { args, variables };
}

/** Quotes an option for buildx, which reads it as a line of RFC 4180. */
function csvField(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
