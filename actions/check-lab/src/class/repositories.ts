import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FoundFile, Unread } from "./class-table.ts";

/** Where a report is looked for: a branch of its own, or the default branch. */
const references = ["refs/heads/check-lab", "HEAD"];
const atOnce = 6;
const timeoutMs = 60_000;

/** Returns the addresses of a list: one a line, without comments. */
export function repositoriesIn(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*/, "").trim())
    .filter(Boolean);
}

/** Reads every report.json of each repository, without a checkout. */
export async function fetchReports(
  addresses: readonly string[],
): Promise<{ files: FoundFile[]; unread: Unread[] }> {
  const files: FoundFile[] = [];
  const unread: Unread[] = [];
  const waiting = [...addresses];
  const work = async () => {
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift())
      try {
        files.push(...(await fetchFrom(address)));
      } catch (error) {
        unread.push({ file: address, reason: (error as Error).message });
      }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { files, unread };
}

async function fetchFrom(address: string): Promise<FoundFile[]> {
  const folder = await mkdtemp(join(tmpdir(), "check-lab-class-"));
  const git = (...args: string[]) => runGit(folder, args);
  try {
    await git("init", "--quiet", "--bare");
    let reason = "";
    for (const reference of references) {
      try {
        await git("fetch", "--quiet", "--depth", "1", "--no-tags", "--end-of-options", address, reference);
      } catch (error) {
        reason = (error as Error).message;
        continue;
      }
      const paths = (await git("ls-tree", "-r", "-z", "--name-only", "FETCH_HEAD")).split("\0");
      const found = paths.filter((path) => /(^|\/)report\.json$/.test(path));
      const texts = await Promise.all(found.map((path) => git("show", `FETCH_HEAD:${path}`)));
      if (texts.length > 0)
        return texts.map((text, index) => ({
          file: `${address} ${found[index]}`,
          text,
          student: nameOf(address),
        }));
      reason = "no report.json in its branch check-lab, or in its default branch";
    }
    throw new Error(reason);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `owner/name`, or the last folder. */
function nameOf(address: string): string {
  const parts = address.split(/[/:]/).filter((part) => part !== "");
  return parts
    .slice(-2)
    .join("/")
    .replace(/\.git$/, "");
}

async function runGit(cwd: string, args: readonly string[]): Promise<string> {
  const options = {
    cwd,
    maxBuffer: 64 * 1024 * 1024,
    timeout: timeoutMs,
    // Nobody is there to type a password; an address must not start a program.
    env: { ...process.env, GIT_TERMINAL_PROMPT: "0", GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh" },
  };
  try {
    return (await promisify(execFile)("git", [...args], options)).stdout;
  } catch (error) {
    const { code, killed, stderr = "" } = error as { code?: unknown; killed?: boolean; stderr?: string };
    if (code === "ENOENT") throw new Error("the program git is not installed", { cause: error });
    if (killed) throw new Error(`git did not respond within ${timeoutMs / 1000} s`, { cause: error });
    const line = stderr.split("\n").find((each) => each.startsWith("fatal:")) ?? stderr.trim();
    throw new Error(line.replace(/^fatal: /, "") || "git failed", { cause: error });
  }
}
