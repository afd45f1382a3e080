import { Failure } from "../../../shared/failure.ts";
import type { CommandOptions, RunCommand } from "./docker-command.ts";
import type { DockerInputs } from "./inputs.ts";

/** The builder that `docker buildx build` will use. */
export interface Engine {
  /** `docker` is the BuildKit inside of an engine; `docker-container`, `remote` and `kubernetes` are others. */
  readonly driver: string;
  /** Undefined where buildx does not say. */
  readonly exportsCache: boolean | undefined;
  readonly buildsSeveralPlatforms: boolean | undefined;
}

const setUp =
  "run docker/setup-buildx-action before this step, or turn on the containerd image store of the engine.";

/** Asks buildx for its builder; throws when there is none that answers. */
export async function inspectEngine(run: RunCommand, options: CommandOptions): Promise<Engine> {
  // What a builder can do is only told with --debug.
  const { stdout, stderr, exitCode } = await run("docker", ["--debug", "buildx", "inspect"], options);
  const field = (name: string) => new RegExp(`^\\s*${name}:[ \\t]*(\\S.*)$`, "m").exec(stdout)?.[1]?.trim();
  if (/unknown command|is not a docker command/.test(stderr))
    throw new Failure("Docker's plugin buildx is not installed", {
      nextStep: "run docker/setup-buildx-action before this step, or install Docker's package docker-buildx.",
    });
  const error = field("Error") ?? (exitCode === 0 ? undefined : errorIn(stderr));
  if (error !== undefined) throw unreachable(error);
  const can = (feature: string) => {
    const answer = field(feature);
    return answer === undefined ? undefined : answer === "true";
  };
  return {
    driver: field("Driver") ?? "",
    exportsCache: can("Cache export"),
    buildsSeveralPlatforms: can("Multi-platform build"),
  };
}

/** Throws when the builder cannot do what the inputs ask for, before anything is built. */
export function checkEngine({ driver, ...can }: Engine, inputs: DockerInputs): void {
  const refused: string[] = [];
  if (can.buildsSeveralPlatforms === false && inputs.platforms.length > 1)
    refused.push(`several platforms (${inputs.platforms.join(", ")})`);
  // A builder without an image store writes neither caches nor the index that an attestation needs.
  if (can.exportsCache === false) {
    if (inputs.cache === "gha" || inputs.cache === "registry") refused.push(`cache ${inputs.cache}`);
    if (inputs.provenance !== "none") refused.push(`provenance ${inputs.provenance}`);
    if (inputs.sbom) refused.push("sbom");
  }
  if (refused.length > 0)
    throw new Failure(`The Docker engine of this runner cannot do what is asked for: ${refused.join(", ")}`, {
      nextStep: `${setUp.slice(0, -1)}; nothing was changed. (The builder's driver is ${driver}.)`,
    });
}

function unreachable(error: string): Failure {
  if (/no builder/.test(error))
    return new Failure(`buildx has no such builder: ${error}`, {
      nextStep: "run docker/setup-buildx-action before this step, or correct the variable BUILDX_BUILDER.",
    });
  return new Failure(`The Docker engine does not answer: ${error}`, {
    nextStep:
      "start it, or let this user use it (group docker); GitHub's own Ubuntu runners have one, and builder oci needs none.",
  });
}

/** With --debug a stack follows. */
function errorIn(text: string): string {
  return /^ERROR: (.*)$/m.exec(text)?.[1] ?? text.trim();
}
