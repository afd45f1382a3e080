import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { shortEnvironment } from "../../../../scripts/run/short-environment.mjs";

const execute = promisify(execFile);

/** Runs git, without the machine's and the user's configuration and hooks. Resolves to its output. */
export function git(directory: string, ...commandArguments: string[]): Promise<string> {
  return gitWith({}, directory, ...commandArguments);
}

/** Runs git with more variables in its environment. */
export async function gitWith(
  variables: Readonly<Record<string, string>>,
  directory: string,
  ...commandArguments: string[]
): Promise<string> {
  const options = {
    cwd: directory,
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
