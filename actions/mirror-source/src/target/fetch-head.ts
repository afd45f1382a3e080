import type { MirrorContext } from "../context.ts";
import { explainGitError } from "../git/explain.ts";
import { type Git, GitError } from "../git/git.ts";
import { remoteVariables } from "../git/remote-variables.ts";
import type { Target } from "./open-target.ts";

/** Fetches the branch with its history into the scratch repository; resolves to its head. */
export async function fetchHead(
  context: MirrorContext,
  git: Git,
  url: string,
  { branch, repository }: Target,
) {
  const fetch = ["fetch", "--quiet", "--no-tags", "--no-auto-maintenance", "--", url, `refs/heads/${branch}`];
  try {
    await git.text(fetch, { variables: await remoteVariables(context, url) });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw explainGitError(error, `fetch ${branch} of ${repository}`, url);
  }
  return git.text(["rev-parse", "FETCH_HEAD"]);
}
