import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { buffer, text } from "node:stream/consumers";
import { signalGroup } from "../tasks/container-process.ts";

/** Git failed; the message is its output. */
export class GitError extends Error {
  readonly exitCode: number | null;

  constructor(args: readonly string[], said: string, exitCode: number | null) {
    super(said.trim() || `git ${args.join(" ")} ended with code ${exitCode}`);
    this.name = "GitError";
    this.exitCode = exitCode;
  }
}

export interface GitRun {
  readonly input?: string | Uint8Array;
  readonly variables?: Readonly<Record<string, string>>;
  /** Git's configuration for this command. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface GitProgram {
  /** Runs a command in a bare repository; resolves to its standard output, rejects with GitError. */
  run(gitDirectory: string, args: readonly string[], options?: GitRun): Promise<Buffer>;
  /** Starts a streaming command: its streams, `kill` or `close` end it. */
  start(gitDirectory: string, args: readonly string[], options?: Omit<GitRun, "input">): RunningGit;
  /** Ends running commands, and waits for their end. */
  close(): Promise<void>;
}

export interface RunningGit {
  readonly process: ChildProcessWithoutNullStreams;
  /** Its exit code, null when a signal ended it; rejects without git. */
  readonly ended: Promise<number | null>;
  /** Ends it with everything it has started. */
  kill(): void;
}

export function createGitProgram(): GitProgram {
  const running = new Set<RunningGit>();
  const start: GitProgram["start"] = (gitDirectory, args, options = {}) => {
    // Starts a separate process group, so that the helpers of a command end with it.
    const process = spawn("git", args, { env: environment(gitDirectory, options), detached: true });
    const git = {
      process,
      ended: untilEnd(process),
      kill: () => process.pid && signalGroup(process.pid, "SIGKILL"),
    };
    running.add(git);
    const forget = () => running.delete(git);
    git.ended.then(forget, forget);
    return git;
  };
  return {
    start,
    async run(gitDirectory, args, { input = "", ...options } = {}) {
      const { process, ended } = start(gitDirectory, args, options);
      // A command that does not read all of its input reports why by its exit code.
      process.stdin.on("error", () => {});
      process.stdin.end(input);
      const [code, output, said] = await Promise.all([ended, buffer(process.stdout), text(process.stderr)]);
      if (code !== 0) throw new GitError(args, said, code);
      return output;
    },
    async close() {
      const ending = [...running];
      for (const git of ending) git.kill();
      await Promise.allSettled(ending.map(({ ended }) => ended));
    },
  };
}

/** No background work may continue in a repository once a command has ended. */
const alwaysSet = { "core.hooksPath": "/dev/null", "gc.auto": "0", "maintenance.auto": "false" };

/** Uses nothing of the user's: no configuration, attributes, identity, hooks or language. */
function environment(
  gitDirectory: string,
  { variables, settings }: Omit<GitRun, "input">,
): NodeJS.ProcessEnv {
  const configuration = Object.entries({ ...alwaysSet, ...settings });
  return {
    PATH: process.env.PATH,
    HOME: gitDirectory,
    LC_ALL: "C",
    GIT_DIR: gitDirectory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_CONFIG_COUNT: String(configuration.length),
    ...Object.fromEntries(
      configuration.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    ...variables,
  };
}

async function untilEnd(process: ChildProcessWithoutNullStreams): Promise<number | null> {
  try {
    const [code] = await once(process, "close");
    return code;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error("the program git is not on PATH; the repositories of CodeCommit need it", {
      cause: error,
    });
  }
}
