import { GetBranchCommand, GetRepositoryCommand } from "@aws-sdk/client-codecommit";
import { Failure } from "../../../core/failure.ts";
import type { Log } from "../../../core/log.ts";
import type { MirrorContext } from "../context.ts";
import { explainGitError, type Git, GitError } from "../git/git.ts";
import { remoteVariables } from "../git/remote-variables.ts";
import type { MirrorInputs } from "../inputs.ts";
import { short } from "../source/fill-files.ts";
import type { MirroredFrom } from "../source/open-source.ts";

/** The target of the mirror. */
export interface Target {
  readonly repository: string;
  readonly branch: string;
  /** Address for Git, over HTTPS. */
  readonly url: string;
  /** Commit of the branch; undefined when the branch does not exist. */
  readonly head: string | undefined;
}

export async function openTarget(
  context: MirrorContext,
  { repository, branch }: MirrorInputs,
): Promise<Target> {
  const url = await findUrl(context, repository);
  return { repository, branch, url, head: await readHead(context, { repository, branch }) };
}

async function findUrl({ codecommit, signal }: MirrorContext, repositoryName: string): Promise<string> {
  try {
    const command = new GetRepositoryCommand({ repositoryName });
    const { repositoryMetadata } = await codecommit.send(command, { abortSignal: signal });
    return repositoryMetadata?.cloneUrlHttp ?? "";
  } catch (error) {
    if ((error as Error).name !== "RepositoryDoesNotExistException") throw error;
    const region = await codecommit.config.region();
    throw new Failure(`CodeCommit repository ${repositoryName} does not exist in this account in ${region}`, {
      nextStep:
        "correct the input repository or the region, or create it: apply its stack, or run aws codecommit create-repository. Nothing was changed.",
      cause: error,
    });
  }
}

/** Returns the branch's commit in CodeCommit; undefined when the branch does not exist. */
export async function readHead(
  { codecommit, signal }: MirrorContext,
  { repository, branch }: { readonly repository: string; readonly branch: string },
): Promise<string | undefined> {
  try {
    const command = new GetBranchCommand({ repositoryName: repository, branchName: branch });
    return (await codecommit.send(command, { abortSignal: signal })).branch?.commitId;
  } catch (error) {
    if ((error as Error).name === "BranchDoesNotExistException") return undefined;
    throw error;
  }
}

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

/** Returns false also when one of them is not in this repository. */
function isAncestor(git: Git, one: string, other: string): Promise<boolean> {
  return git.test(["merge-base", "--is-ancestor", one, other]);
}

export function exists(git: Git, commit: string): Promise<boolean> {
  return git.test(["cat-file", "-e", `${commit}^{commit}`]);
}

/**
 * Moves the branch from the head that was read to `commit`, or not at all: the server compares before it sets. Resolves
 * to whether this push did it: an equal run at the same time may have been faster.
 */
export async function push(
  context: MirrorContext,
  git: Git,
  target: Target,
  commit: string,
): Promise<boolean> {
  const { url } = target;
  const ref = `refs/heads/${target.branch}`;
  const lease = `--force-with-lease=${ref}:${target.head ?? ""}`;
  // Overrides the machine's configuration: one branch, no tags, no submodules, no hooks, no signature.
  const only = ["--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--no-signed"];
  try {
    const variables = await remoteVariables(context, url);
    const report = await git.text(["push", "--porcelain", ...only, lease, "--", url, `${commit}:${ref}`], {
      variables,
    });
    // "=" marks a branch that has the commit already.
    return !/^=\t/m.test(report);
  } catch (error) {
    if (context.signal.aborted) throw cancelled(context.signal, target, commit);
    if (!(error instanceof GitError)) throw error;
    const head = await readHead(context, target).catch(() => target.head);
    // After a refused lease, an equal run was faster. After any other error, the push was done and only its response
    // was lost.
    if (head === commit) return !rejection.test(error.stdout);
    throw head === target.head ? refused(error, target) : moved(target, head);
  }
}

/** Matches the reasons in git's porcelain output: `!	<from>:<to>	[remote rejected] (<reason>)`. */
const rejection = /^!\t[^\t]*\t\[(?:remote )?rejected\] \((.*)\)$/m;

function refused(error: GitError, { url, branch, repository }: Target): Failure {
  const reason = rejection.exec(error.stdout)?.[1];
  if (reason === undefined) return explainGitError(error, `push to ${branch} of ${repository}`, url);
  const remote = [...error.stderr.matchAll(/^remote: (.*)$/gm)].map(([, line = ""]) => line.trim());
  return new Failure(
    `CodeCommit refused the push to ${branch} of ${repository}: ${[reason, ...remote].join("; ")}`,
    {
      nextStep: "check whether a policy protects the branch, and whether the runner's clone is complete.",
      cause: error,
    },
  );
}

export function moved({ branch, repository, head }: Target, now: string | undefined): Failure {
  const from = head ? `from ${short(head)}` : "which did not exist";
  return new Failure(
    `Somebody moved ${branch} of ${repository}, ${from}, to ${now ?? "nothing"} in the meantime`,
    {
      nextStep:
        "check what was pushed there, and run the job again, which starts from it. The pushed commits stay.",
    },
  );
}

function cancelled({ reason }: AbortSignal, { branch, repository, head }: Target, commit: string): Failure {
  const text = (reason as Error).message.replace(/\.$/, "");
  const old = head ? short(head) : "nothing";
  return new Failure(`${text}; ${branch} of ${repository} has either ${old} or ${short(commit)}`, {
    nextStep: "run the job again: it shows which, and pushes what is missing.",
  });
}
