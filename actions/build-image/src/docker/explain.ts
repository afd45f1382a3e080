import { Failure } from "../../../core/failure.ts";
import type { Destination } from "../../../registry/destination/destination.ts";
import type { Progress } from "./progress.ts";

/** Lines of a step's output that are shown with the error: the cause is above a stack. */
const shownLines = 10;

/** A port such as 42901 has the digits, too. */
const rateLimit = /\b429\b|toomanyrequests/i;

/**
 * Next steps by what a step, buildx or BuildKit reports. The first match applies: the output of a failed instruction
 * must not look like a message of buildx.
 */
const buildSteps: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device|ENOSPC/i,
    "free space before this step (docker system df shows what uses it), or use a larger runner.",
  ],
  [
    /exec format error/,
    "run docker/setup-qemu-action before this step, or build on a runner of that platform.",
  ],
  [
    /did not complete successfully/,
    "correct this instruction or the program that it runs; the whole output is above, in the group Build.",
  ],
  [
    /unknown command|is not a docker command|unknown flag|no builder|not supported (?:for the docker driver|by the current BuildKit)/i,
    "run docker/setup-buildx-action before this step, which also brings what the plain engine cannot do.",
  ],
  [
    /Cannot connect to the Docker daemon|permission denied.*docker.*sock|error during connect/i,
    "start the Docker engine, or add this user to the group docker. GitHub's Ubuntu runners have an engine; builder oci does not need one.",
  ],
  [
    /code = Unavailable|error reading from server/,
    "read the log of the Docker engine, which stopped or lost its connection, and run the job again.",
  ],
  [/target stage .* could not be found/, "correct the input target."],
  [/no match for platform/, "correct the input platform, or the base image."],
  [rateLimit, "log in to the base image's registry first, which raises the limit (docker/login-action)."],
  [
    /failed to (?:resolve source metadata|do request|authorize)/,
    "correct the base image's name and tag, log in to its registry first if it is private (docker/login-action), and check that the runner can reach it.",
  ],
  [/"[^"]+": not found$/m, "correct the path, or the entries of .dockerignore."],
  [/dockerfile parse error|unknown instruction|base name/, "correct the Dockerfile."],
];

/** As `buildSteps`, for what the destination's registry reports. */
const pushSteps: readonly (readonly [RegExp, string])[] = [
  [/immutable/i, "run the job again: another run pushed the same source."],
  [
    /unauthorized|denied|authori[sz]ation|\b40[13]\b|no basic auth/i,
    "allow the job to push there. For ECR, allow ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload and ecr:PutImage; for other registries, log in first (docker/login-action).",
  ],
  [/name unknown|does not exist|\b404\b/i, "create the repository, or set create-repository to true."],
];

interface Failed extends Progress {
  /** Undefined for an archive. */
  readonly destination: Destination | undefined;
  readonly stderr: string;
}

/** Explains a failed build by what buildx reports, the end of the failed step's output, and the next step. */
export function explainFailure(failed: Failed): Failure {
  const { error, place, steps, stderr, destination } = failed;
  // A failure before the first step starts with its cause, and a hint follows.
  const text =
    error ||
    stderr
      .trim()
      .split("\n")
      .at(steps.length === 0 ? 0 : -1) ||
    "no output";
  const output = steps.flatMap((step) => (step.error === undefined ? [] : step.output));
  const end = output.filter((line) => line.trim() !== "").slice(-shownLines);
  const all = [text, ...steps.flatMap((step) => step.error ?? []), ...end].join("\n");
  if (destination && isPush(failed) && !/no space left on device/i.test(all))
    return new Failure(`Could not push to ${destination.uri}: ${text}`, {
      nextStep:
        nextStepIn(pushSteps, text) ??
        "run the job again: the registry failed, throttled the requests or could not be reached.",
    });
  const said = end.length > 0 ? `: ${end.join(" | ")}` : "";
  return new Failure(`${place ?? "docker buildx build failed"}: ${text}${said}`, {
    nextStep: nextStepIn(buildSteps, all) ?? "read its output above, in the group Build.",
  });
}

function nextStepIn(table: typeof buildSteps, text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}

/** Returns whether the push failed in a way that another attempt may fix. */
export function isPassing(progress: Progress): boolean {
  const broken = /\b5\d\d [A-Z]|connection reset|broken pipe|timeout|EOF\b/i;
  const { error = "" } = progress;
  return isPush(progress) && (broken.test(error) || rateLimit.test(error));
}

function isPush({ error = "", steps }: Progress): boolean {
  return error.includes("failed to push") || steps.some((step) => step.error && /^pushing /.test(step.name));
}
