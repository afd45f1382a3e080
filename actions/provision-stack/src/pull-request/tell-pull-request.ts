import { annotationText, Failure } from "../../../shared/failure.ts";
import type { ProvisionContext } from "../context.ts";
import { readPullRequest } from "./pull-request.ts";
import { putComment, type ToPut } from "./put-comment.ts";

/**
 * Comments the plan on the pull request of this run. A failed comment does not make the plan wrong, so it only warns.
 */
export async function tellPullRequest(
  context: Pick<ProvisionContext, "log" | "signal">,
  token: string,
  comment: ToPut,
): Promise<void> {
  const pullRequest = readPullRequest(process.env);
  if (!pullRequest) {
    context.log.info("This run is not for a pull request, so there is no comment.");
    return;
  }
  try {
    const done = await putComment(pullRequest, token, comment, context.signal);
    context.log.info(`The comment on pull request #${pullRequest.number} was ${done}.`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    context.log.warning(`The plan is not on the pull request. ${annotationText(error)}`);
  }
}
