import type { Workflow } from "./workflow.ts";

/** Returns whether a push of a branch, with these changed files, starts the workflow. */
export function isStartedByPush(
  workflow: Workflow,
  branch: string,
  changedFiles: readonly string[],
): boolean {
  const push = workflow.events.push;
  if (!push) return false;
  if (push.branches && !passesFilter(branch, push.branches)) return false;
  if (push["branches-ignore"] && passesFilter(branch, push["branches-ignore"])) return false;
  // With only tags named, no branch starts it.
  if ((push.tags || push["tags-ignore"]) && !push.branches && !push["branches-ignore"]) return false;
  const { paths, "paths-ignore": ignored } = push;
  if (paths && !changedFiles.some((file) => passesFilter(file, paths))) return false;
  return !ignored || changedFiles.some((file) => !passesFilter(file, ignored));
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
