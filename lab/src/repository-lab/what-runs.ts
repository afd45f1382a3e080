import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { WorkflowRefused } from "../runner/errors.ts";
import { findAction } from "../runner/load/load-action.ts";
import { loadWorkflows } from "../runner/load/load-workflows.ts";
import type { Sources } from "../runner/load/sources.ts";
import type { ActionStep, Permissions, Workflow } from "../runner/load/workflow.ts";

export interface Work {
  /** Everything that would be executed: each script's first line, and each action with its origin. */
  lines: string[];
  /** Workflows that GitHub or the runner refuses before anything runs, and why. */
  refused: Map<string, string>;
}

/** Loads workflows with all they call and use, as a run would, and lists what that run executes. */
export async function listWork(
  paths: readonly string[],
  sources: Sources,
  permissions: Permissions,
): Promise<Work> {
  const listed = new Map<string, Workflow>();
  const refused = new Map<string, string>();
  for (const path of paths)
    try {
      for (const [key, workflow] of await loadWorkflows(sources, path, permissions))
        listed.set(key, workflow);
    } catch (error) {
      if (!(error instanceof WorkflowRefused)) throw error;
      refused.set(path, error.message);
    }
  const lines: string[] = [];
  for (const { path, jobs } of listed.values())
    for (const job of jobs) {
      lines.push(`  ${path}  job ${job.id}${job.kind === "call" ? ` calls ${job.workflow}` : ""}`);
      for (const step of job.kind === "call" ? [] : job.steps)
        lines.push(
          step.kind === "script"
            ? `    run   ${firstLine(step.script)}`
            : `    uses  ${shortened(step.uses)}  (${await originOf(step, sources)})`,
        );
    }
  return { lines, refused };
}

async function originOf(step: ActionStep, sources: Sources): Promise<string> {
  const found = await findAction(step, sources);
  if (found.kind === "stand-in") return "performed by the runner";
  if (found.kind === "made") return "of a folder that a step makes";
  if (found.kind === "left-out") return `skipped: ${found.why}`;
  const { source, note } = found;
  if (note) return note;
  if (source.directory === sources.own.directory) return "this repository";
  if (source.directory === sources.package) return "this package";
  return sources.names.includes(source.repository) ? "your mirror" : "fetched from GitHub";
}

const shortened = (uses: string) => uses.replace(/(?<=@[0-9a-f]{7})[0-9a-f]{33}$/, "");

/** Returns the first line that is a command, and how many follow. */
function firstLine(script: TemplateToken): string {
  const text = (script as { source?: string }).source ?? String(script);
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  const more = lines.length > 1 ? `  (+ ${lines.length - 1} line${lines.length === 2 ? "" : "s"})` : "";
  return `${(lines[0] ?? "").trim().slice(0, 90)}${more}`;
}
