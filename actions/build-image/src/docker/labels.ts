import { readFile } from "node:fs/promises";
import type { RunCommand } from "./docker-command.ts";

/** The commit that is built, as far as the run shows it. */
export interface Commit {
  /** Web address of its repository. */
  readonly source: string | undefined;
  readonly revision: string | undefined;
  /** Seconds since the epoch. */
  readonly time: number | undefined;
}

/** Reads the commit from the variables of the run, and its time from the event of a push or from Git. */
export async function readCommit(
  context: string,
  variables: NodeJS.ProcessEnv,
  run: RunCommand,
): Promise<Commit> {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: revision } = variables;
  const time =
    revision === undefined
      ? undefined
      : ((await timeFromEvent(revision, variables)) ??
        (await timeFromGit(context, revision, variables, run)));
  return { source: server && repository ? `${server}/${repository}` : undefined, revision, time };
}

/** Returns labels of image-spec v1.1, annotations.md. */
export function labelsOf({ source, revision, time }: Commit): Map<string, string> {
  const created = time === undefined ? undefined : new Date(time * 1000).toISOString().replace(".000", "");
  const labels = Object.entries({ source, revision, created });
  return new Map(
    labels.flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[`org.opencontainers.image.${name}`, value]],
    ),
  );
}

async function timeFromEvent(revision: string, variables: NodeJS.ProcessEnv): Promise<number | undefined> {
  const text = await readFile(variables.GITHUB_EVENT_PATH ?? "", "utf8").catch(() => "{}");
  const { head_commit: commit } = JSON.parse(text) as { head_commit?: { id?: string; timestamp?: string } };
  const ms = commit?.id === revision ? Date.parse(commit.timestamp ?? "") : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

async function timeFromGit(
  context: string,
  revision: string,
  variables: NodeJS.ProcessEnv,
  run: RunCommand,
): Promise<number | undefined> {
  const args = ["-C", context, "show", "--no-patch", "--format=%ct", revision];
  // Without Git, or outside of a checkout, the image has no time.
  const result = await run("git", args, { variables }).catch(() => undefined);
  return result?.exitCode === 0 ? Number(result.stdout.trim()) : undefined;
}
