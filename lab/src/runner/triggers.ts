import type { InputConfig } from "@actions/workflow-parser/model/workflow-template";
import { refuse, WorkflowRefused } from "./errors.ts";
import type { Json } from "./evaluate.ts";
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

/** Inputs of a manual run: defaults filled in, unknown names and values refused as GitHub does. */
export function readDispatchInputs(workflow: Workflow, given: Record<string, string>): Record<string, Json> {
  const dispatch = workflow.events.workflow_dispatch;
  if (!dispatch) throw new WorkflowRefused(`${workflow.path}: it has no 'workflow_dispatch' trigger`);
  const known = dispatch.inputs ?? {};
  for (const name of Object.keys(given)) {
    if (!known[name]) throw refuse(workflow.path, `the input '${name}'`, Object.keys(known));
  }
  return Object.fromEntries(
    Object.entries(known).map(([name, input]) => [name, readInput(workflow.path, name, input, given[name])]),
  );
}

function readInput(path: string, name: string, input: InputConfig, given: string | undefined): Json {
  if (given === undefined || given === "") {
    if (input.required && input.default === undefined) {
      throw new WorkflowRefused(`${path}: the input '${name}' is required`);
    }
    return input.default ?? (input.type === "boolean" ? false : "");
  }
  if (input.options && !input.options.includes(given))
    throw refuse(path, `the value '${given}' of '${name}'`, input.options);
  if (input.type !== "boolean") return given;
  if (given !== "true" && given !== "false")
    throw refuse(path, `the value '${given}' of '${name}'`, ["true", "false"]);
  return given === "true";
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
