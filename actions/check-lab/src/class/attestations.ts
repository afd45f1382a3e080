import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FoundFile } from "./class-table.ts";

/** The workflow that makes reports which are believed: in this repository, at one of these commits. */
export interface Signer {
  readonly repository: string;
  readonly commits: readonly string[];
}

const workflow = ".github/workflows/check-lab-report.yml";
/** The first release whose `gh attestation verify` knows --signer-digest (cli/cli#10308). */
const leastVersion = "2.67";
const timeoutMs = 60_000;

/** `gh` itself cannot be used: the reason is the same for every report. */
class GhMissing extends Error {}

/** Reads `owner/name@commit`, or several commits with commas between them. */
export function readSigner(text: string): Signer {
  const [repository = "", commits = ""] = text.split("@");
  return { repository, commits: commits.split(",") };
}

const atOnce = 6;

/** Does the work for each item, a few at once. */
export async function forEachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const next = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

/** Returns the files with their proof: the run that made each, or why it has none. */
export async function proveReports(files: readonly FoundFile[], signer: Signer): Promise<FoundFile[]> {
  const folder = await mkdtemp(join(tmpdir(), "check-lab-class-"));
  const proven = [...files];
  let missing: GhMissing | undefined;
  const prove = async ([index, file]: [number, FoundFile]) => {
    const path = join(folder, `${index}.json`);
    try {
      if (missing) throw missing;
      const repository = repositoryOf(file);
      await writeFile(path, file.text);
      proven[index] = { ...file, attestedBy: await verify(path, repository, signer) };
    } catch (error) {
      if (error instanceof GhMissing) missing = error;
      proven[index] = { ...file, unproven: (error as Error).message };
    }
  };
  const readable = [...files.entries()].filter(([, { problem }]) => !problem);
  await forEachAtOnce(readable, prove).finally(() => rm(folder, { recursive: true, force: true }));
  return proven;
}

/** The report of a folder names its repository itself, which the attestation has to confirm. */
function repositoryOf({ repository, source, text }: FoundFile): string {
  const stated =
    repository ?? (source === undefined ? (JSON.parse(text) as { student?: unknown }).student : "");
  if (typeof stated === "string" && /^[\w.-]+\/[\w.-]+$/.test(stated)) return stated;
  throw new Error("it is not from a repository on GitHub");
}

/**
 * Returns the address of the run that made a report. A workflow's name and reference prove nothing alone: GitHub also
 * runs commits of forks under the name of the repository that they were forked from, and a student's own machine can
 * have the label of GitHub's.
 */
async function verify(path: string, repository: string, { commits, ...signer }: Signer): Promise<string> {
  let failure = new Error("");
  for (const commit of commits)
    try {
      const policy = [
        ...["--repo", repository, "--signer-workflow", `${signer.repository}/${workflow}`],
        ...["--signer-digest", commit, "--deny-self-hosted-runners"],
      ];
      const text = await runGh("attestation", "verify", path, ...policy, "--format", "json");
      const [found] = JSON.parse(text) as [Verified?];
      if (!found) throw new Error("gh found no attestation");
      return found.verificationResult?.signature?.certificate?.runInvocationURI ?? `a run of ${repository}`;
    } catch (error) {
      if (error instanceof GhMissing) throw error;
      failure = error as Error;
    }
  throw failure;
}

/** `gh attestation verify --format json`. The certificate's fields are GitHub's own; a workflow cannot write them. */
interface Verified {
  readonly verificationResult?: {
    readonly signature?: { readonly certificate?: { readonly runInvocationURI?: string } };
  };
}

/** Returns the newest artifact `check-lab` of a repository, in a folder that the caller removes. */
export async function downloadArtifact(repository: string, folder: string): Promise<void> {
  await runGh("run", "download", "--repo", repository, "--name", "check-lab", "--dir", folder);
}

async function runGh(...args: string[]): Promise<string> {
  const env = { ...process.env, GH_PROMPT_DISABLED: "1", GH_NO_UPDATE_NOTIFIER: "1", NO_COLOR: "1" };
  try {
    return (await promisify(execFile)("gh", args, { env, timeout: timeoutMs, maxBuffer: 64 * 1024 ** 2 }))
      .stdout;
  } catch (error) {
    const { code, killed, stderr = "" } = error as { code?: unknown; killed?: boolean; stderr?: string };
    if (code === "ENOENT")
      throw new GhMissing(
        "the program gh is not installed. Fix: install it from cli.github.com, then gh auth login",
      );
    // https://cli.github.com/manual/gh_help_exit-codes
    if (code === 4) throw new GhMissing("gh is not logged in. Fix: gh auth login");
    if (/^unknown (?:flag|command)/m.test(stderr))
      throw new GhMissing(`gh is too old. Fix: install ${leastVersion} or newer from cli.github.com`);
    if (killed) throw new Error(`gh did not respond within ${timeoutMs / 1000} s`, { cause: error });
    const lines = stderr.split("\n").filter((line) => line.trim() !== "");
    throw new Error(lines.at(-1)?.replace(/^Error: /, "") ?? "gh failed", { cause: error });
  }
}
