import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withoutUserInfo } from "../../../core/shown-value.ts";
import { downloadArtifact, forEachAtOnce } from "./attestations.ts";
import { type FoundFile, problemOf, readFolder, type Unread } from "./class-table.ts";

/** Where a report is looked for: a branch of its own, or the default branch. */
const references = ["refs/heads/check-lab", "HEAD"];
/** Reports that are read of one repository. */
const mostReports = 100;
const timeoutMs = 60_000;

/** Returns the addresses of a list: one a line, without comments. */
export function repositoriesIn(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*/, "").trim())
    .filter(Boolean);
}

/**
 * Reads every report.json of each repository, without a checkout.
 * @param ofRuns first looks for the artifact of the newest run, which an attestation is about
 */
export async function fetchReports(
  addresses: readonly string[],
  ofRuns: boolean,
): Promise<{ files: FoundFile[]; unread: Unread[] }> {
  const files: FoundFile[] = [];
  const unread: Unread[] = [];
  await forEachAtOnce([...new Set(addresses)], async (address) => {
    try {
      const found = ofRuns ? await fetchArtifact(address) : [];
      if (found.length > 0) files.push(...found);
      else await fetchFrom(address, files);
    } catch (error) {
      const { message } = error as Error;
      unread.push({ file: withoutUserInfo(address), reason: withoutUserInfo(message) });
    }
  });
  return { files, unread };
}

/** `owner/name` of a repository on GitHub. */
function gitHubName(address: string): string | undefined {
  const path = /^(?:(?:https?|ssh):\/\/)?(?:[^@/]+@)?github\.com[/:]([^/]+\/[^/]+?)(?:\.git)?\/?$/i.exec(
    address,
  );
  return path?.[1];
}

/** None without `gh`, or without an artifact: then the files of the repository are read. */
async function fetchArtifact(address: string): Promise<FoundFile[]> {
  const repository = gitHubName(address);
  if (repository === undefined) return [];
  const folder = await mkdtemp(join(tmpdir(), "check-lab-class-"));
  try {
    await downloadArtifact(repository, folder);
    const reports = readFolder(folder).filter(({ file }) => file === "report.json");
    const file = `${repository} artifact check-lab`;
    return reports.map((each) => ({ ...each, file, student: repository, source: address, repository }));
  } catch {
    return [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchFrom(address: string, files: FoundFile[]): Promise<void> {
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
      const found = (await git("ls-tree", "-r", "-l", "-z", "FETCH_HEAD"))
        .split("\0")
        .map((line) => /^(\d+) \w+ (\w+) +(\S+)\t((?:.*\/)?report\.json)$/s.exec(line))
        .filter((match) => match !== null);
      for (const [, mode = "", object = "", size, path] of found.slice(0, mostReports)) {
        const file = `${withoutUserInfo(address)} ${path}`;
        const problem = problemOf(mode.startsWith("100"), Number(size));
        const text = problem ? "" : await git("cat-file", "blob", object);
        const student = nameOf(withoutUserInfo(address));
        files.push({ file, text, problem, student, source: address, repository: gitHubName(address) });
      }
      if (found.length > mostReports)
        throw new Error(`${found.length} files report.json; only ${mostReports} were read`);
      if (found.length > 0) return;
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
    // No user can type a password here; an address must not start a program.
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
