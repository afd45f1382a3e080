import { Failure } from "../../core/failure.ts";
import type { Log } from "../../core/log.ts";
import type { Git } from "./git/git.ts";
import type { MirroredFrom } from "./source/open-source.ts";

/** The branch as errors name it. */
interface Branch {
  readonly branch: string;
  readonly repository: string;
  readonly force: boolean;
}

/** Refuses to push a commit that does more than add to the branch, unless forced. */
export async function refuseLoss(
  git: Git,
  head: string,
  commit: string,
  { branch, repository, force }: Branch,
) {
  if (force || (await isAncestor(git, head, commit))) return;
  if (await isAncestor(git, commit, head))
    throw older(`${branch} of ${repository} already has ${head}, which contains ${commit}`);
  throw new Failure(
    `Not a fast-forward: ${branch} of ${repository} has ${head}, which ${commit} does not contain`,
    {
      nextStep:
        "merge the commits that were pushed there into your branch, or set force: true to replace them (only while the branch still has that commit); nothing was changed.",
    },
  );
}

/** Refuses a snapshot that is older than the branch's, unless forced. It is added on top of existing commits. */
export async function refuseOlder(
  git: Git,
  { from, origin, log }: { from: MirroredFrom | undefined; origin: string; log: Log },
  commit: string,
  { branch, repository, force }: Branch,
): Promise<void> {
  if (from?.origin !== origin) {
    const what = from ? `a mirror of ${from.origin}` : "not a mirror commit";
    log.warning(
      `The head of ${branch} of ${repository} is ${what}: its files are replaced, but stay in the history.`,
    );
    return;
  }
  if (force || from.commit === commit) return;
  if (!(await exists(git, from.commit)))
    throw older(
      `${branch} of ${repository} was mirrored from ${from.commit}, which this clone does not have`,
    );
  if (await isAncestor(git, commit, from.commit))
    throw older(`${branch} of ${repository} was mirrored from ${from.commit}, which is newer than ${commit}`);
}

function older(message: string): Failure {
  return new Failure(`This run is older than the mirrored commit: ${message}`, {
    nextStep:
      "run the workflow for the newest commit instead, or set force: true to go back to this one; nothing was changed.",
  });
}

async function isAncestor(git: Git, one: string, other: string): Promise<boolean> {
  return (
    (await exists(git, one)) &&
    (await exists(git, other)) &&
    git.test(["merge-base", "--is-ancestor", one, other])
  );
}

export function exists(git: Git, commit: string): Promise<boolean> {
  return git.test(["cat-file", "-e", `${commit}^{commit}`]);
}
