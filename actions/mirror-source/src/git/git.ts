import { type ChildProcess, spawn } from "node:child_process";
import { buffer, text } from "node:stream/consumers";
import { Failure } from "../../../core/failure.ts";
import type { MirrorContext } from "../context.ts";

interface Options {
  readonly input?: string | Buffer;
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Git in one folder. It rejects with GitError when git does not end with 0, with the signal's reason when cancelled.
 */
export type Git = ReturnType<typeof createGit>;

export class GitError extends Error {
  readonly stdout: string;
  readonly stderr: string;

  constructor(command: string, code: number | null, stdout: string, stderr: string) {
    super(`git ${command} ended with ${code}: ${lastLines(stderr) || "no output"}`);
    this.name = "GitError";
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/** Creates Git for a folder; `settings` are configuration of every command. */
export function createGit(
  folder: string,
  { variables, signal }: Pick<MirrorContext, "variables" | "signal">,
  settings: Settings = [],
) {
  const bytes = (commandArguments: readonly string[], options?: Options) =>
    run(commandArguments, {
      cwd: folder,
      signal,
      env: { ...cleaned(variables), LC_ALL: "C", ...asVariables(settings), ...options?.variables },
      input: options?.input,
    });
  /** Returns the output without the last line's end. */
  const text = async (commandArguments: readonly string[], options?: Options) =>
    (await bytes(commandArguments, options)).toString().replace(/\n$/, "");
  return {
    folder,
    bytes,
    text,
    /** Returns the output; undefined when the command failed without a message, as when it finds nothing. */
    find: (commandArguments: readonly string[]) =>
      text(commandArguments).catch((error) => {
        if (error instanceof GitError && error.stderr === "") return undefined;
        throw error;
      }),
    /** Returns whether the command ended with 0. */
    test: async (commandArguments: readonly string[]) =>
      bytes(commandArguments).then(
        () => true,
        (error) => {
          if (error instanceof GitError) return false;
          throw error;
        },
      ),
  };
}

/**
 * Removes variables that would lead git to another repository or configuration; the user's proxies and certificates
 * stay.
 */
function cleaned(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = /^(?!GIT_)|^GIT_(SSL_|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$)/;
  return Object.fromEntries(Object.entries(variables).filter(([name]) => kept.test(name)));
}

interface Run {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly input: string | Buffer | undefined;
}

async function run(commandArguments: readonly string[], { input, signal, ...options }: Run): Promise<Buffer> {
  signal.throwIfAborted();
  const child = spawn("git", commandArguments, { ...options, stdio: "pipe", detached: hasGroups });
  const end = () => endGroup(child);
  signal.addEventListener("abort", end);
  // If git ends without reading its input, its exit code is reported instead.
  child.stdin.on("error", () => {}).end(input);
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on("close", resolve).on("error", (error) => reject(notStarted(error))),
  ).finally(() => signal.removeEventListener("abort", end));
  const [code, stdout, stderr] = await Promise.all([ended, buffer(child.stdout), text(child.stderr)]);
  signal.throwIfAborted();
  if (code !== 0) throw new GitError(commandArguments[0] ?? "", code, stdout.toString(), stderr);
  return stdout;
}

const hasGroups = process.platform !== "win32";

/** Git's children do the push and would continue without it, so they are one process group and end together. */
function endGroup(child: ChildProcess): void {
  if (!child.pid || !hasGroups) return void child.kill();
  try {
    process.kill(-child.pid, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function notStarted(error: NodeJS.ErrnoException): Error {
  if (error.code !== "ENOENT") return error;
  return new Failure("git is not installed on this runner, or not on its PATH", {
    nextStep: "install git 2.31 or later before this step; GitHub's own runners have it.",
    cause: error,
  });
}

function lastLines(stderr: string): string {
  return stderr.trim().split("\n").slice(-3).join(" / ");
}

/** Configuration of Git, such as `["safe.directory", "/repository"]`. */
type Settings = readonly (readonly [key: string, value: string])[];

/**
 * Returns variables that give settings to one command, without a file or an argument. Source: git-config(1),
 * GIT_CONFIG_COUNT.
 */
export function asVariables(settings: Settings): Record<string, string> {
  const entries = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(entries) };
}

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
    nextStep: "check whether it was deleted or renamed in the meantime, and run the job again.",
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
  const said = lastLines(error.stderr);
  const { host } = new URL(url);
  const known = explanations.find(({ pattern }) => pattern.test(error.stderr));
  if (!known) return new Failure(`git could not ${what}: ${said || error.message}`, { cause: error });
  return new Failure(`${known.say} (${host}): git could not ${what}: ${said}`, {
    nextStep: known.nextStep,
    cause: error,
  });
}
