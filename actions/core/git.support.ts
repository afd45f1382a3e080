import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The environment of a job, without the configuration of Git on this machine. */
export const variables = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "coffee/suppliers",
  GITHUB_REF: "refs/heads/dev",
};

/** Runs git and resolves to its output, without the machine's configuration. */
export async function git(folder: string, ...commandArguments: string[]): Promise<string> {
  const env = {
    ...variables,
    ...Object.fromEntries(
      ["AUTHOR", "COMMITTER"].flatMap((who) => [
        [`GIT_${who}_NAME`, "Ada Lovelace"],
        [`GIT_${who}_EMAIL`, "ada@example.com"],
        [`GIT_${who}_DATE`, "1767323045 +0100"],
      ]),
    ),
  };
  return (await promisify(execFile)("git", commandArguments, { cwd: folder, env })).stdout.trim();
}
