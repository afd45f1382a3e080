import { type InputReader, readInputs } from "../../core/inputs.ts";
import { readSettleFor } from "../../delivery/inputs.ts";

export type FollowInputs = ReturnType<typeof readFollowInputs>;

/** Revisions that the execution has from its sources; an undefined one matches any. */
export interface Target {
  readonly commit: string | undefined;
  readonly image: WantedImage | undefined;
}

interface WantedImage {
  readonly digest: string;
  /** Undefined when only the digest is known. */
  readonly repository: string | undefined;
}

const onCancels = ["leave", "stop", "abandon", "rollback"] as const;
export type OnCancel = (typeof onCancels)[number];

export function readFollowInputs(getInput?: (name: string) => string) {
  return readInputs((read) => {
    const inputs = {
      pipeline: read.required("pipeline"),
      target: { commit: readCommit(read), image: readImage(read) },
      start: read.choice("start", ["if-missing", "never", "always"], "if-missing"),
      onCancel: read.choice("on-cancel", onCancels, "leave"),
      maxFailedTasks: read.integer("max-failed-tasks", { min: 1, max: 100, fallback: 3 }),
      /** How long the tasks have to stay up, in milliseconds; undefined: as long as the old tasks are kept. */
      settleMs: readSettleFor(read),
    };
    const { commit, image } = inputs.target;
    if (!commit && !image && inputs.start !== "always")
      read.problem("Input commit or image is required, unless start is always");
    return inputs;
  }, getInput);
}

function readCommit(read: InputReader): string | undefined {
  const commit = read.optional("commit");
  // Full object names of CodeCommit and Git; an abbreviated one may become ambiguous.
  if (commit && !/^[0-9a-f]{40}$/.test(commit))
    read.problem(`Input commit is "${commit}"; expected a commit of 40 hexadecimal digits`);
  return commit;
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
