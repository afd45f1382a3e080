import type { Tag } from "@aws-sdk/client-ecs";
import type { Run } from "./run.ts";

/** Tag of an ECS service that records which run deployed which revision. */
export const runTagKey = "deploy-service:run";

/**
 * Tag of an ECS service with the commit of the last successful deployment, or of the rollback on request after it: the
 * workflow deploy.yml compares the next commit with it.
 */
export const commitTagKey = "deploy-service:commit";

export interface RunTag {
  readonly number: number;
  readonly attempt: number;
  /** family:revision */
  readonly revision: string;
  /** Revision that the run had deployed, as family:revision, when a rollback on request replaced it by `revision`. */
  readonly undone: string | undefined;
  /** owner/name/path, cut at the longest value of a tag. */
  readonly workflow: string;
}

/** Longest value of an ECS tag (API reference, Tag). */
const longest = 256;

export function writeRunTag({ repository, workflow, number, attempt }: Run, revision: string): string {
  return format({ number, attempt, revision, undone: undefined, workflow: `${repository}/${workflow}` });
}

/**
 * A rollback on request is newer than the run it undoes, and takes that run's number: older runs stay older, and a
 * retry of the run itself is not older.
 */
export function writeRollbackTag(before: RunTag, revision: string): string {
  const undone = before.undone ?? before.revision;
  return format({ ...before, revision, undone: undone === revision ? undefined : undone });
}

/** Uses only the characters that a tag may have: letters, digits, blanks and + - = . _ : / @ */
function format({ number, attempt, revision, undone, workflow }: RunTag): string {
  const instead = undone === undefined ? "" : ` undone=${undone}`;
  const value = `run=${number}.${attempt} revision=${revision}${instead} workflow=${workflow}`;
  return value.replace(/[^\p{L}\p{N} +\-=._:/@]/gu, "_").slice(0, longest);
}

export function readRunTag(value: string | undefined): RunTag | undefined {
  const match = /^run=(\d+)\.(\d+) revision=(\S+)(?: undone=(\S+))? workflow=(.+)$/.exec(value ?? "");
  if (!match) return undefined;
  const [, number, attempt, revision = "", undone, workflow = ""] = match;
  return { number: Number(number), attempt: Number(attempt), revision, undone, workflow };
}

/** Finds the tag among a service's tags. */
export function findRunTag(tags: readonly Tag[] | undefined): RunTag | undefined {
  return readRunTag(tags?.find(({ key }) => key === runTagKey)?.value);
}

/** Returns whether both are runs of one workflow, whose numbers show their order. */
export function isSameWorkflow(tag: RunTag, { repository, workflow }: Run): boolean {
  return readRunTag(format({ ...tag, workflow: `${repository}/${workflow}` }))?.workflow === tag.workflow;
}
