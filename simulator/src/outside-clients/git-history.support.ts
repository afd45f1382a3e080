import { randomBytes } from "node:crypto";
import type { GitClient } from "./git-client.support.ts";
import { run } from "./programs.support.ts";

const mebibyte = 1024 * 1024;

/** Commits an incompressible mebibyte to the branch `dev`, this many times; resolves to the last commit's id. */
export async function commitMebibytes(
  { directory, variables, git }: GitClient,
  count: number,
): Promise<string> {
  const tip = (await git("for-each-ref", "--format=from %(objectname)%0a", "refs/heads/dev")).trim();
  const commits = Array.from({ length: count }, (_, number) => [
    `commit refs/heads/dev\ncommitter Ada <ada@example.com> ${1767323045 + number} +0000\ndata 1\nx\n`,
    number === 0 && tip !== "" ? `${tip}\n` : "",
    `M 100644 inline ${number}.bin\ndata ${mebibyte}\n`,
    randomBytes(mebibyte),
    "\n",
  ]);
  const stdin = Buffer.concat(commits.flat().map((part) => Buffer.from(part as string)));
  // To compress such files, or compare them with each other, would only take long.
  await git("config", "core.compression", "0");
  await git("config", "pack.window", "0");
  await run("git", ["-C", directory, "fast-import", "--quiet"], { variables, stdin });
  return (await git("rev-parse", "dev")).trim();
}
