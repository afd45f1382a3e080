import { setOutput } from "@actions/core";
import { appendSummary, type Card } from "../../core/card.ts";
import { commitPage, runCommit } from "../../core/console.ts";
import { StepRecord } from "../../core/define-action.ts";
import { factList, fold, markdownTable } from "../../core/summary.ts";
import type { MirrorInputs } from "./inputs.ts";
import { short } from "./source/fill-files.ts";

/** A first push can bring thousands; the table shows only some. */
const shownChanges = 20;

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: MirrorRecord): Promise<void> {
  setOutput("commit", record.commit);
  setOutput("previous-commit", record.previous);
  setOutput("has-changes", record.hasChanges);
  setOutput("pushed", record.pushed);
  setOutput("repository-url", record.url);
  await appendSummary(summaryOf(record));
}

/** Returns the result of a green run for the last line of its log. */
export function outcome(record: MirrorRecord): string {
  const { repository, branch, commit } = record;
  return `${branch} of ${repository}: ${verdict(record)} (${short(commit)})`;
}

/** Returns the job summary: a card. */
function summaryOf(record: MirrorRecord): Card {
  const { repository, branch, cause, fix, changes, mode, commit, region } = record;
  const page = commit && mode === "apply" ? commitPage(region, repository, commit) : "";
  return {
    ok: cause === "",
    verdict: `${branch} of CodeCommit repository ${repository}: ${verdict(record)}`,
    cause,
    fix,
    links: [...(page ? [{ text: "CodeCommit", address: page }] : []), ...runCommit()],
    folds: [changeTable(changes), fold("Details", facts(record))],
  };
}

function verdict({ cause, hasChanges, mode, pushed }: MirrorRecord): string {
  if (cause) return "not mirrored";
  if (!hasChanges) return "up to date";
  if (mode === "plan") return "would change";
  return pushed ? "pushed" : "pushed by another run";
}

function facts(record: MirrorRecord): string {
  const { origin, path, sourceCommit, previous, commit, commits } = record;
  return factList([
    ["From", `${path ? `${path} of ` : ""}${origin}, commit ${short(sourceCommit) || "unknown"}`],
    ["Before", previous],
    [record.mode === "plan" ? "Would be" : "Now", commit],
    ["Commits added", commits === undefined ? "" : String(commits)],
  ]);
}

function changeTable(changes: readonly FileChange[]): string {
  if (changes.length === 0) return "";
  const rows = changes
    .slice(0, shownChanges)
    .map(({ path, lines }) => [path, lines ? `+${lines.added}` : "binary", lines ? `−${lines.removed}` : ""]);
  const more = changes.length - shownChanges;
  if (more > 0) rows.push([`and ${more} more`, "", ""]);
  const head = `${changes.length} file${changes.length === 1 ? "" : "s"} changed`;
  return fold(head, markdownTable(["File", "Added", "Removed"], rows));
}

/** Facts of the run, collected while it is in progress, so that outputs and summary show them also after a failure. */
export class MirrorRecord extends StepRecord<"failed"> {
  readonly repository: string;
  readonly branch: string;
  readonly path: string | undefined;
  readonly mode: "plan" | "apply";
  /** Address of the mirrored repository, such as `https://github.com/owner/name`. */
  origin = "";
  sourceCommit = "";
  /** CodeCommit's address of the repository; empty until it is known. */
  url = "";
  region = "";
  /** Head of the branch before the run; empty for a new branch. */
  previous = "";
  /** The branch's commit after the run; with `plan`, the one it would have. */
  commit = "";
  hasChanges = false;
  pushed = false;
  /** How many commits the push adds to the branch; undefined when that is not known. */
  commits: number | undefined;
  changes: readonly FileChange[] = [];

  constructor({ repository, branch, mode, snapshot }: MirrorInputs) {
    super();
    this.repository = repository;
    this.branch = branch;
    this.mode = mode;
    this.path = snapshot?.path;
  }
}

export interface FileChange {
  readonly path: string;
  /** Undefined for a file that is not text. */
  readonly lines: { readonly added: number; readonly removed: number } | undefined;
}
