import { Failure } from "../../../shared/failure.ts";
import type { GitError } from "./git.ts";

interface Explanation {
  /** Matches git's output with LC_ALL=C. */
  readonly pattern: RegExp;
  readonly say: string;
  readonly nextStep: string;
}

const explanations: readonly Explanation[] = [
  {
    pattern: /returned error: 40[13]\b|Authentication failed|could not read (Username|Password)/,
    say: "CodeCommit's Git server refused access",
    nextStep:
      "allow codecommit:GitPull and codecommit:GitPush on the repository in the policy of this job's role; check that the keys belong together and have not expired, and that the runner's clock is right.",
  },
  {
    pattern: /returned error: 404\b|repository '.*' not found/,
    say: "CodeCommit's Git server does not have the repository",
    nextStep: "check that nobody deleted or renamed it in the meantime, and run the job again.",
  },
  {
    pattern: /returned error: 30\d\b|redirect/i,
    say: "CodeCommit's address redirects to another address, and credentials are not sent there",
    nextStep: "check the runner's proxy and the endpoint in AWS_ENDPOINT_URL.",
  },
  {
    pattern:
      /Could not resolve (host|proxy)|Failed to connect|Could not connect|Connection (refused|timed out)|SSL|certificate/i,
    say: "CodeCommit's Git server cannot be reached",
    nextStep: "check that the runner's network allows connections to that address.",
  },
  {
    pattern:
      /hung up unexpectedly|unexpected disconnect|early EOF|RPC failed|returned error: 5\d\d|Empty reply|reset by peer/i,
    say: "The connection to CodeCommit's Git server broke",
    nextStep: "run the job again: the branch has either the old or the new commit.",
  },
];

/** Explains the error; `what` is the failed work, such as "push to dev of deployment". */
export function explainGitError(error: GitError, what: string, url: string): Failure {
  const said = error.stderr.trim().split("\n").slice(-3).join(" / ");
  const { host } = new URL(url);
  const known = explanations.find(({ pattern }) => pattern.test(error.stderr));
  if (!known) return new Failure(`git could not ${what}: ${said || error.message}`, { cause: error });
  return new Failure(`${known.say} (${host}): git could not ${what}: ${said}`, {
    nextStep: known.nextStep,
    cause: error,
  });
}
