import type { PullRequestEvent, PushEvent } from "../jobs/run-context.ts";
import { git } from "./git.ts";
import type { Workflow } from "./workflow.ts";

/** Returns whether an event starts the workflow, by the branch and the changed files. */
export async function isStarted(
  workflow: Workflow,
  event: PushEvent | PullRequestEvent,
  gitDirectory: string,
): Promise<boolean> {
  const filters = workflow.events[event.name];
  if (!filters) return false;
  const branch = event.name === "push" ? event.branch : event.base;
  if (filters.branches && !passesFilter(branch, filters.branches)) return false;
  if (filters["branches-ignore"] && passesFilter(branch, filters["branches-ignore"])) return false;
  // With only tags named, no branch starts it.
  if (event.name === "push" && !startsForBranches(workflow)) return false;
  const { paths, "paths-ignore": ignored } = filters;
  if (!paths && !ignored) return true;
  const changed = await changedFiles(event, gitDirectory);
  if (paths && !changed.some((file) => passesFilter(file, paths))) return false;
  return !ignored || changed.some((file) => !passesFilter(file, ignored));
}

function startsForBranches({ events: { push } }: Workflow): boolean {
  const onlyTags = (push?.tags || push?.["tags-ignore"]) && !push.branches && !push["branches-ignore"];
  return !onlyTags;
}

async function changedFiles(event: PushEvent | PullRequestEvent, gitDirectory: string): Promise<string[]> {
  const comparison =
    event.name === "push" ? [event.before, event.after] : [`${event.baseSha}...${event.headSha}`];
  const newBranch = event.name === "push" && /^0+$/.test(event.before);
  const listing = newBranch
    ? await git(gitDirectory, "ls-tree", "-r", "--name-only", event.after)
    : await git(gitDirectory, "diff", "--name-only", ...comparison);
  return listing.split("\n").filter((line) => line !== "");
}

/**
 * Returns whether a name passes a list of GitHub's filter patterns (`*` within a segment, `**` across, `?`, `+`, `[]`,
 * `!`): the last pattern that matches decides.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
 */
export function passesFilter(name: string, patterns: readonly string[]): boolean {
  let passes = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith("!");
    if (toExpression(negated ? pattern.slice(1) : pattern).test(name)) passes = !negated;
  }
  return passes;
}

function toExpression(pattern: string): RegExp {
  // `?`, `+` and `[]` quantify or group the characters before them, as in a regular expression.
  const source = pattern.replace(/\*\*\/|\*\*|\*|[.^$(){}|]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
