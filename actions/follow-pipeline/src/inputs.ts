import { type InputReader, readInputs } from "../../core/inputs.ts";

export interface FollowInputs {
  readonly pipeline: string;
  readonly target: Target;
  readonly start: Start;
  /** How long something else, such as an EventBridge rule, has time to start the execution. */
  readonly waitForStartMs: number;
  /** Undefined: computed from the pipeline's actions. */
  readonly deadlineMs: number | undefined;
  readonly onApproval: "wait" | "fail";
  readonly onCancel: OnCancel;
  readonly maxFailedTasks: number;
}

/** The execution to follow: by its id, by the revisions from its sources, or one that this step starts. */
export type Target = { readonly executionId: string } | WantedRevisions;

/** An undefined revision matches any. */
interface WantedRevisions {
  readonly commit: string | undefined;
  readonly image: WantedImage | undefined;
}

interface WantedImage {
  readonly digest: string;
  /** Undefined when only the digest is known. */
  readonly repository: string | undefined;
}

const starts = ["if-missing", "never", "always"] as const;
export type Start = (typeof starts)[number];

const onCancels = ["leave", "stop", "abandon", "rollback"] as const;
export type OnCancel = (typeof onCancels)[number];

/** EventBridge delivers within seconds, and CodePipeline starts within one or two minutes. */
const defaultWaitMs = 2 * 60_000;

export function readFollowInputs(getInput?: (name: string) => string): FollowInputs {
  return readInputs((read) => {
    const start = read.choice("start", starts, "if-missing");
    return {
      pipeline: read.required("pipeline"),
      target: readTarget(read, start),
      start,
      waitForStartMs: read.duration("wait-for-start") ?? defaultWaitMs,
      deadlineMs: read.duration("deadline"),
      onApproval: read.choice("on-approval", ["wait", "fail"], "wait"),
      onCancel: read.choice("on-cancel", onCancels, "leave"),
      maxFailedTasks: read.integer("max-failed-tasks", { min: 1, max: 100, fallback: 3 }),
    };
  }, getInput);
}

function readTarget(read: InputReader, start: Start): Target {
  const executionId = read.optional("execution-id");
  const commit = read.optional("commit");
  const image = readImage(read);
  if (executionId && (commit || image))
    read.problem("Input execution-id selects one execution: remove commit and image");
  if (executionId && start === "always")
    read.problem("Inputs execution-id and start: always exclude each other: use only one");
  if (!executionId && !commit && !image && start !== "always")
    read.problem("Input execution-id, commit or image is required, unless start is always");
  // Full object names of CodeCommit and Git; an abbreviated one may become ambiguous.
  if (commit && !/^[0-9a-f]{40}$/.test(commit))
    read.problem(`Input commit is "${commit}"; expected a commit of 40 hexadecimal digits`);
  return executionId ? { executionId } : { commit, image };
}

function readImage(read: InputReader): WantedImage | undefined {
  const image = read.optional("image");
  if (!image) return undefined;
  const [, repository, digest = ""] = /^(?:[^/]+\/(.+)@)?(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
  if (!digest)
    read.problem(
      `Input image is "${image}"; expected an image digest, \`<registry>/<repository>@sha256:…\` or \`sha256:…\``,
    );
  return { digest, repository };
}
