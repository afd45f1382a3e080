import { globSync } from "node:fs";
import { pairsOf } from "../runner/load/tokens.ts";
import type { Job, Workflow } from "../runner/load/workflow.ts";

interface Commit {
  readonly checkout: string;
  /** By path, as jobs call them. */
  readonly workflows: ReadonlyMap<string, Workflow>;
}

/** Texts of a job's steps, and of the workflow that it calls, with its own expressions in place of the inputs. */
function sourcesOf(commit: Commit, job: Job, depth = 0): string[] {
  const sourceOf = (token: unknown) => (token as { source?: string } | undefined)?.source ?? "";
  const steps = job.kind === "steps" ? job.steps : [job];
  const tokens = steps.flatMap((step) =>
    step.kind === "script"
      ? [step.script, step.workingDirectory]
      : pairsOf(step.with).map(([, token]) => token),
  );
  const called = job.kind === "call" && depth < 9 ? commit.workflows.get(job.workflow)?.jobs : [];
  const given = new Map(job.kind === "call" ? pairsOf(job.with) : []);
  const expressionOf = (whole: string, name: string) =>
    /^["']?\$\{\{ ?([\w.-]+) ?\}\}["']?$/.exec(sourceOf(given.get(name)))?.[1] ?? whole;
  const inner = (called ?? []).flatMap((each) => sourcesOf(commit, each, depth + 1));
  return [...tokens.map(sourceOf), ...inner.map((text) => text.replace(/\binputs\.([\w-]+)/g, expressionOf))];
}

/**
 * Returns combinations of a matrix that only a run knows: each value for which the checkout has a path that a job reads,
 * such as `services/${{ matrix.service }}/taskdef.json`.
 */
export function valuesOnDisk(commit: Commit, job: Job): Record<string, string>[] {
  const cwd = commit.checkout;
  const sources = sourcesOf(commit, job);
  const uses = sources.flatMap((source) => {
    const parts = source.split(/\$\{\{ ?matrix\.(\w+) ?\}\}/);
    return parts.flatMap((name, index) =>
      index % 2 === 1 ? [{ name, around: [parts[index - 1], parts[index + 1]] }] : [],
    );
  });
  // Each file may be there for other names, too: `taskdef-migrate-api.json` has no `appspec-migrate-api.yaml`.
  const sets = uses.flatMap(({ name, around }) => {
    const [before = "", after = ""] = [around[0]?.split(/[^\w./-]/).at(-1), around[1]?.split(/[^\w./-]/)[0]];
    if (!`${before}${after}`.includes("/") || before.startsWith("/") || before.includes("..")) return [];
    const from = before.replace(/^\.\//, "");
    const found = globSync(`${from}*${after.replace(/\/$/, "")}`, { cwd });
    const values = found.map((each) => each.slice(from.length).split("/")[0]?.replace(after, "") ?? "");
    return found.length > 0 ? [{ name, values: new Set(values) }] : [];
  });
  const [first] = sets;
  if (!first) return [];
  const same = sets.filter(({ name }) => name === first.name).map(({ values }) => values);
  const common = [...first.values].filter((value) => same.every((values) => values.has(value)));
  return [...(common.length > 0 ? common : first.values)].sort().map((value) => ({ [first.name]: value }));
}
