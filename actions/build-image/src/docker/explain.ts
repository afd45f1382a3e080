import { Failure } from "../../../shared/failure.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import type { CommandOptions, RunCommand } from "./docker-command.ts";
import type { DockerInputs } from "./inputs.ts";
import type { Progress, Step } from "./progress.ts";

/** Lines of a step's output that are shown with the error: the cause is above a stack. */
const toldLines = 10;

interface Failed extends Progress {
  readonly destination: Destination;
  readonly stderr: string;
}

/** Explains a failed build in one sentence with the cause and what to do, from BuildKit's output. */
export function explainFailure(failed: Failed): Failure {
  const { error = "", stderr } = failed;
  const text = error || lastLine(stderr);
  for (const explain of [explainTool, explainDisk, explainPush, explainStep, explainBase, explainFile]) {
    const failure = explain(text, failed);
    if (failure) return failure;
  }
  return new Failure(`docker buildx build failed: ${text}`, {
    nextStep: "read its output above, in the group Build.",
  });
}

/** A port such as 42901 has the digits, too. */
const rateLimit = /\b429\b|toomanyrequests/i;

/** Returns whether the push failed in a way that another attempt may fix. */
export function isPassing({ error = "", steps }: Progress): boolean {
  const broken = /\b5\d\d [A-Z]|connection reset|broken pipe|timeout|EOF\b/i;
  return isPush(error, steps) && (broken.test(error) || rateLimit.test(error));
}

function isPush(text: string, steps: readonly Step[]): boolean {
  return text.includes("failed to push") || steps.some(({ name, error }) => error && /^pushing /.test(name));
}

type Explain = (text: string, failed: Failed) => Failure | undefined;

const explainDisk: Explain = (text, { steps }) => {
  const where = [text, ...steps.flatMap((step) => [step.error ?? "", ...endOf(step)])];
  if (!where.some((line) => /no space left on device|ENOSPC/i.test(line))) return undefined;
  return new Failure(`The disk of the Docker engine is full: ${text}`, {
    nextStep: "free space before this step (docker system df shows what uses it), or use a larger runner.",
  });
};

const explainPush: Explain = (text, { steps, destination: { uri, host } }) => {
  if (!isPush(text, steps)) return undefined;
  const because = `Could not push to ${uri}: ${text}`;
  if (/immutable/i.test(text))
    return new Failure(because, { nextStep: "run the job again: another run pushed the same source." });
  if (/unauthorized|denied|authori[sz]ation|\b40[13]\b|no basic auth/i.test(text))
    return new Failure(because, {
      nextStep: `allow the job to push there. For ECR, allow ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload and ecr:PutImage; for other registries, log in to ${host} with docker/login-action.`,
    });
  if (/name unknown|does not exist|\b404\b/i.test(text))
    return new Failure(because, { nextStep: "create the repository, or set create-repository to true." });
  return new Failure(because, {
    nextStep: "run the job again: the registry failed, throttled the requests or could not be reached.",
  });
};

const explainStep: Explain = (text, { steps, place }) => {
  const [, code] = /did not complete successfully: exit code: (\d+)/.exec(text) ?? [];
  if (code === undefined) return undefined;
  const step = steps.find(({ error }) => error?.includes("did not complete successfully"));
  const said = endOf(step).join(" | ");
  const instruction = step?.name.replace(/^\[[^\]]*\] /, "") ?? text;
  const foreign = step?.output.some((line) => line.includes("exec format error"));
  return new Failure(
    `${place ? `${place}: ` : ""}${instruction} ended with exit code ${code}${said ? `: ${said}` : ""}`,
    {
      nextStep: foreign
        ? "run docker/setup-qemu-action before this step, or build on a runner of that platform."
        : "correct this instruction or the program that it runs; the whole output is above, in the group Build.",
    },
  );
};

const explainBase: Explain = (text, { place }) => {
  const found =
    /failed to resolve source metadata for (\S+): (.*)$/.exec(text) ??
    /^(\S+): (failed to (?:do request|authorize).*)$/.exec(text);
  const [, image, cause = ""] = found ?? /()(no match for platform in manifest.*)/.exec(text) ?? [];
  if (image === undefined) return undefined;
  const because = `${place ? `${place}: ` : ""}cannot pull the image ${image}: ${cause}`;
  if (/no match for platform/.test(cause))
    return new Failure(because, { nextStep: "correct the input platform, or the base image." });
  if (rateLimit.test(cause))
    return new Failure(because, {
      nextStep: "log in to its registry first, which raises the limit (docker/login-action).",
    });
  if (/unauthorized|denied|\b40[13]\b|authori[sz]e/i.test(cause))
    return new Failure(because, {
      nextStep: "correct its name; if it is private, log in to its registry first (docker/login-action).",
    });
  if (/not found/i.test(cause)) return new Failure(because, { nextStep: "correct its name and tag." });
  return new Failure(because, {
    nextStep: "check its name and that the runner can reach its registry, then run the job again.",
  });
};

const explainFile: Explain = (text, { place }) => {
  const [, missing] = /"([^"]+)": not found$/.exec(text) ?? [];
  if (missing !== undefined)
    return new Failure(`${place ? `${place}: ` : ""}${missing} is not in the context`, {
      nextStep: "correct the path, or the entries of .dockerignore.",
    });
  if (!/dockerfile parse error|unknown instruction|base name/.test(text)) return undefined;
  return new Failure(`${place ? `${place}: ` : ""}${text}`, { nextStep: "correct the Dockerfile." });
};

const explainTool: Explain = (text, { stderr, steps }) => {
  const engine = steps.length === 0 ? explainEngine(stderr) : undefined;
  if (engine !== undefined) return engine;
  if (/unknown flag/.test(stderr))
    return new Failure(`buildx is too old for this action: ${text}`, {
      nextStep: "run docker/setup-buildx-action before this step.",
    });
  if (!/Cannot connect to the Docker daemon|code = Unavailable|error reading from server/.test(text))
    return undefined;
  return new Failure(`The Docker engine stopped or lost its connection during the build: ${text}`, {
    nextStep: "read the engine's log, and run the job again.",
  });
};

function endOf(step: Step | undefined): string[] {
  return (step?.output ?? []).filter((line) => line.trim() !== "").slice(-toldLines);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

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
function explainEngine(text: string): Failure | undefined {
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
