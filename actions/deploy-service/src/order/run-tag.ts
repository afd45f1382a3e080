import type { Run } from "./run.ts";

/** Tag of an ECS service: which run brought which revision. */
export const runTagKey = "deploy-service:run";

export interface RunTag {
  readonly number: number;
  readonly attempt: number;
  /** family:revision */
  readonly revision: string;
  /** owner/name/path, cut where a tag's value ends. */
  readonly workflow: string;
}

/** Longest value of an ECS tag (API reference, Tag). */
const longest = 256;

/** Of the characters that a tag may have: letters, digits, blanks and + - = . _ : / @ */
export function writeRunTag({ repository, workflow, number, attempt }: Run, revision: string): string {
  const value = `run=${number}.${attempt} revision=${revision} workflow=${repository}/${workflow}`;
  return value.replace(/[^\p{L}\p{N} +\-=._:/@]/gu, "_").slice(0, longest);
}

export function readRunTag(value: string | undefined): RunTag | undefined {
  const match = /^run=(\d+)\.(\d+) revision=(\S+) workflow=(.+)$/.exec(value ?? "");
  if (!match) return undefined;
  const [, number, attempt, revision = "", workflow = ""] = match;
  return { number: Number(number), attempt: Number(attempt), revision, workflow };
}

/** Whether both are runs of one workflow, whose numbers tell their order. */
export function isSameWorkflow(tag: RunTag, run: Run): boolean {
  const { number, attempt, revision } = tag;
  return readRunTag(writeRunTag({ ...run, number, attempt }, revision))?.workflow === tag.workflow;
}
