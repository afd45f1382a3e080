import { setSecret } from "@actions/core";
import { annotationText, Failure } from "../failure.ts";
import type { InputReader } from "../inputs.ts";
import type { Log } from "../log.ts";
import { putComment, readPullRequest, type ToPut } from "./put-comment.ts";

/**
 * Comments the plan on the pull request of this run. A failed comment does not make the plan wrong, so it only warns.
 */
export async function commentPlan(
  { log, signal }: { readonly log: Pick<Log, "info" | "warning">; readonly signal: AbortSignal },
  token: string,
  comment: ToPut,
): Promise<void> {
  const pullRequest = readPullRequest(process.env);
  if (!pullRequest) {
    log.info("This run is not for a pull request, so there is no comment.");
    return;
  }
  try {
    const done = await putComment(pullRequest, token, comment, signal);
    log.info(`The comment on pull request #${pullRequest.number} was ${done}.`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warning(`The plan is not on the pull request. ${annotationText(error)}`);
  }
}

/** Reads the inputs comment-on-pull-request and github-token; undefined when no comment is wanted. */
export function readCommentToken(read: InputReader): string | undefined {
  const wanted = read.boolean("comment-on-pull-request", false);
  const token = read.optional("github-token");
  if (token) setSecret(token);
  if (wanted && !token) read.problem("Input github-token is required with comment-on-pull-request");
  return wanted ? token : undefined;
}
