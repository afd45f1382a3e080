import { Failure } from "../../../core/failure.ts";
import type { Destination } from "../../../registry/destination/destination.ts";

/** Lines of an instruction's output that are shown with the error: the cause is at its end. */
const shownLines = 10;

/** A port such as 42901 has the digits, too. */
const rateLimit = /\b429\b|toomanyrequests/i;
const transient = /\b5\d\d [A-Z]|connection reset|broken pipe|timeout|EOF\b/i;

/** Next steps by what buildx or an instruction reports; the first match applies. */
const buildSteps: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device|ENOSPC/i,
    "free space before this step (docker system df shows what uses it), or use a larger runner.",
  ],
  [
    /exec format error/,
    "run docker/setup-qemu-action before this step, or build on a runner of that platform.",
  ],
  [/did not complete successfully/, "correct this instruction or the program that it runs."],
  [
    /unknown command|is not a docker command|unknown flag|no builder|not supported (?:for the docker driver|by the current BuildKit)/i,
    "run docker/setup-buildx-action before this step, which also brings what the plain engine cannot do.",
  ],
  [
    /Cannot connect to the Docker daemon|permission denied.*docker.*sock|error during connect/i,
    "start the Docker engine, or add this user to the group docker. GitHub's Ubuntu runners have an engine; builder oci does not need one.",
  ],
  [rateLimit, "log in to the base image's registry first, which raises the limit (docker/login-action)."],
  [
    /failed to (?:resolve source metadata|do request|authorize)/,
    "correct the base image's name, log in to its registry first if it is private (docker/login-action), and check that the runner can reach it.",
  ],
];

/** As `buildSteps`, for what the destination's registry reports. */
const pushSteps: typeof buildSteps = [
  [/immutable/i, "run the job again: another run pushed the same source."],
  [
    /unauthorized|denied|authori[sz]ation|\b40[13]\b|no basic auth/i,
    "allow the job to push there. For ECR, allow ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload and ecr:PutImage; for other registries, log in first (docker/login-action).",
  ],
  [/name unknown|does not exist|\b404\b/i, "create the repository, or set create-repository to true."],
];

/**
 * Reads the end of `docker buildx build --progress plain`: BuildKit repeats the failed step with its output between two
 * lines of dashes, then comes the place in the Dockerfile, then the error.
 */
function readEnding(stderr: string) {
  const lines = stderr.trim().split("\n");
  const end = lines.lastIndexOf("------");
  const step = lines.lastIndexOf("------", end - 1) + 1;
  const output = end > step ? lines.slice(step + 1, end) : [];
  const errors = lines.flatMap(
    (line) => /^ERROR: (?:failed to (?:solve|build): )*(.*)$/.exec(line)?.[1] ?? [],
  );
  // Before the first step, a failure starts with its cause, and a hint follows.
  const text = errors.at(-1) ?? lines.find((line) => !line.startsWith("#")) ?? "no output";
  return {
    /** buildx's message, without `failed to solve` or `failed to build`. */
    text,
    /** `Dockerfile:12`, of the instruction that failed. */
    place: lines.find((line, index) => /^\S.*:\d+$/.test(line) && /^-{20}$/.test(lines[index + 1] ?? "")),
    output: output
      .map((line) => line.replace(/^\d+\.\d+ /, ""))
      .filter((line) => line.trim() !== "")
      .slice(-shownLines),
    isPush: text.includes("failed to push") || (end > step && /^ > pushing /.test(lines[step] ?? "")),
  };
}

/** Explains a failed build by what buildx reports, the end of the failed step's output, and the next step. */
export function explainFailure(stderr: string, destination?: Pick<Destination, "uri">): Failure {
  const { text, place, output, isPush } = readEnding(stderr);
  const all = [text, ...output].join("\n");
  if (destination && isPush && !/no space left on device/i.test(all))
    return new Failure(`Could not push to ${destination.uri}: ${text}`, {
      nextStep:
        nextStepIn(pushSteps, text) ??
        "run the job again: the registry failed, throttled the requests or could not be reached.",
    });
  const said = output.length > 0 ? `: ${output.join(" | ")}` : "";
  return new Failure(`${place ?? "docker buildx build failed"}: ${text}${said}`, {
    nextStep:
      nextStepIn(buildSteps, all) ?? "correct what it reports; its output is above, in the group Build.",
  });
}

function nextStepIn(table: typeof buildSteps, text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}

/** Returns whether the push failed in a way that another attempt may fix. */
export function mayPushAgain(stderr: string): boolean {
  const { text, isPush } = readEnding(stderr);
  return isPush && (transient.test(text) || rateLimit.test(text));
}
