import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { shortEnvironment } from "@ecs-delivery/program/short-environment";

const execute = promisify(execFile);

/** Runs git, without the machine's and the user's configuration and hooks. Resolves to its output. */
export function git(directory: string, ...commandArguments: string[]): Promise<string> {
  return gitWith({}, directory, ...commandArguments);
}

// For a host that does not respond, and for one that is slow.
const fetchSeconds = 20;

/** Runs git with a repository on another machine: for a limited time, and without asking for credentials. */
export function gitFromAfar(directory: string, ...commandArguments: string[]): Promise<string> {
  const variables = { GIT_ASKPASS: "true", GIT_SSH_COMMAND: "ssh -oBatchMode=yes" };
  return runGit(variables, fetchSeconds, directory, commandArguments);
}

/** Runs git with more variables in its environment. */
export function gitWith(
  variables: Readonly<Record<string, string>>,
  directory: string,
  ...commandArguments: string[]
): Promise<string> {
  return runGit(variables, 0, directory, commandArguments);
}

/** @param seconds time limit; 0 for none */
async function runGit(
  variables: Readonly<Record<string, string>>,
  seconds: number,
  directory: string,
  commandArguments: string[],
): Promise<string> {
  const options = {
    cwd: directory,
    timeout: seconds * 1000,
    // A diff of a whole repository by names is far smaller than this.
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...shortEnvironment(process.env),
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
      ...variables,
    },
  };
  try {
    return (await execute("git", commandArguments, options)).stdout.trim();
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    throw new Error(`git ${commandArguments[0]}: ${stderr?.trim() || message}`, { cause });
  }
}

/**
 * Allows one repository to read the objects of another, which must remain, instead of copying them.
 * @param gitDirectory of the repository that borrows, such as `…/.git`
 * @param lender git directory of the other
 */
export async function borrowObjects(gitDirectory: string, lender: string): Promise<void> {
  await writeFile(join(gitDirectory, "objects", "info", "alternates"), `${join(lender, "objects")}\n`);
}

/**
 * Checkouts of a repository. The files of an ended one are kept: the next one writes what differs, not thousands of
 * files. All else in it is new: settings, hooks, history; files that Git does not track are removed.
 */
export class WorkTrees {
  private readonly kept: string[] = [];
  private count = 0;
  private readonly gitDirectory: string;
  private readonly directory: string;
  private readonly keeps: boolean;

  /**
   * @param gitDirectory whose objects the checkouts read
   * @param directory for kept files; the caller removes it
   * @param keeps false where steps are strangers': a link in place of a folder would lead this process elsewhere
   */
  constructor(gitDirectory: string, directory: string, keeps: boolean) {
    this.gitDirectory = gitDirectory;
    this.directory = join(directory, "work-trees");
    this.keeps = keeps;
  }

  /** Makes a folder that steps cannot write a repository, in which commits can be checked out with `--force`. */
  async open(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true });
    const kept = await this.take(directory);
    await git(directory, "init", "--quiet", "--initial-branch", "main");
    await borrowObjects(join(directory, ".git"), this.gitDirectory);
    if (kept) await git(directory, "clean", "--quiet", "-ffdx");
  }

  /** Replaces an empty folder by kept files with their index; resolves to false without any. */
  async take(directory: string): Promise<boolean> {
    const names = await readdir(directory).catch(() => []);
    const kept = names.length === 0 ? this.kept.pop() : undefined;
    if (kept) await rename(kept, directory);
    return kept !== undefined;
  }

  /** Takes the files of a folder that nothing uses any more. Leaves a folder that is not a checkout as it is. */
  async keep(directory: string): Promise<void> {
    const kept = join(this.directory, String(++this.count));
    const index = join(directory, ".git", "index");
    if (!this.keeps || !existsSync(index)) return;
    await mkdir(this.directory, { recursive: true });
    await rename(index, `${kept}.index`);
    await rename(directory, kept);
    await rm(join(kept, ".git"), { recursive: true });
    await mkdir(join(kept, ".git"));
    await rename(`${kept}.index`, join(kept, ".git", "index"));
    this.kept.push(kept);
  }
}
