import { Failure } from "../../../shared/failure.ts";
import type { CommandOptions, RunCommand } from "./docker-command.ts";
import type { DockerInputs } from "./inputs.ts";

/** Throws when no builder responds or it cannot do what the inputs require, before anything is built. */
export async function checkEngine(
  inputs: DockerInputs,
  run: RunCommand,
  options: CommandOptions,
): Promise<void> {
  const { platforms, cache, provenance, sbom } = inputs;
  // The plain build is possible everywhere, and this check takes as long as a small build.
  if (platforms.length === 1 && /none|inline/.test(cache) && provenance === "none" && !sbom) return;
  // Only --debug shows what a builder can do.
  const { stdout, stderr, exitCode } = await run("docker", ["--debug", "buildx", "inspect"], options);
  const error = fieldIn(stdout, "Error") ?? (exitCode === 0 ? undefined : stderr);
  if (error !== undefined)
    throw explainEngine(error) ?? new Failure(`docker buildx inspect failed: ${error}`);
  refuseImpossible(inputs, stdout);
}

function refuseImpossible(inputs: DockerInputs, inspected: string): void {
  const cannot = (feature: string) => fieldIn(inspected, feature) === "false";
  const refused: string[] = [];
  if (cannot("Multi-platform build") && inputs.platforms.length > 1)
    refused.push(`several platforms (${inputs.platforms.join(", ")})`);
  // A builder without an image store writes neither caches nor the index that an attestation needs.
  if (cannot("Cache export")) {
    if (inputs.cache === "gha" || inputs.cache === "registry") refused.push(`cache ${inputs.cache}`);
    if (inputs.provenance !== "none") refused.push(`provenance ${inputs.provenance}`);
    if (inputs.sbom) refused.push("sbom");
  }
  if (refused.length === 0) return;
  throw new Failure(`The Docker engine of this runner does not support: ${refused.join(", ")}`, {
    nextStep:
      "run docker/setup-buildx-action before this step, or turn on the containerd image store of the engine; nothing was changed.",
  });
}

/** Explains why there is no builder; undefined when the text is about something else. */
export function explainEngine(text: string): Failure | undefined {
  const [first = ""] = text
    .replace(/^ERROR: /, "")
    .trim()
    .split("\n");
  if (/unknown command|is not a docker command/.test(text))
    return new Failure("Docker's plugin buildx is not installed", {
      nextStep: "run docker/setup-buildx-action before this step, or install Docker's package docker-buildx.",
    });
  if (/no builder/.test(text))
    return new Failure(`buildx does not have this builder: ${first}`, {
      nextStep: "run docker/setup-buildx-action before this step, or correct the variable BUILDX_BUILDER.",
    });
  if (!/Cannot connect to the Docker daemon|permission denied.*docker.*sock|error during connect/.test(text))
    return undefined;
  return new Failure(`The Docker engine does not respond: ${first}`, {
    nextStep:
      "start it, or add this user to the group docker. GitHub's Ubuntu runners have an engine; builder oci does not need one.",
  });
}

function fieldIn(inspected: string, name: string): string | undefined {
  const lines = inspected.split("\n").map((line) => line.trim());
  const field = lines.find((line) => line.startsWith(`${name}:`) && line.length > name.length + 1);
  return field?.slice(name.length + 1).trim();
}
