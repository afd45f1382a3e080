import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "./expressions/evaluate.ts";
import { ConcurrencyGroups, concurrencyOf } from "./jobs/concurrency.ts";
import { activityOf, githubContext } from "./jobs/github-context.ts";
import { type RunContext, type RunnerOptions, runnersOwn, type WorkflowEvent } from "./jobs/run-context.ts";
import { runJobs } from "./jobs/run-jobs.ts";
import { createTokenIssuer, type TokenIssuer } from "./jobs/token-issuer.ts";
import { readDispatchInputs } from "./load/dispatch-inputs.ts";
import { git, WorkTrees } from "./load/git.ts";
import { loadWorkflows } from "./load/load-workflows.ts";
import { SourceStore } from "./load/sources.ts";
import { defaultPermissions, readPermissions, type Workflow } from "./load/workflow.ts";
import type { Conclusion, Emit, RunResult } from "./result.ts";
import { endGroup } from "./steps/run-process.ts";
import { createMasker } from "./steps/workflow-commands.ts";

export interface RunRequest {
  /** Path of the workflow file in the repository. */
  workflow: string;
  event: WorkflowEvent;
}

export interface Run {
  id: number;
  result: Promise<RunResult>;
  /** Same effect as "Cancel workflow": running steps are interrupted, steps with always() still run. */
  cancel(): void;
  /** Ends every process of the run at once; nothing of it starts any more. */
  kill(): void;
}

interface Runner {
  /**
   * Starts a workflow; returns undefined when its `on` does not match this event. Throws WorkflowRefused, before
   * anything has run, for a workflow that GitHub or this runner does not accept.
   */
  start(request: RunRequest): Promise<Run | undefined>;
}

/** Runs the workflow files of a repository as GitHub does, on this machine. */
export function createRunner(options: RunnerOptions): Runner {
  const groups = new ConcurrencyGroups();
  const { name: repository, gitDirectory } = options.repository;
  const store = new SourceStore(options);
  const workTrees = new WorkTrees(gitDirectory, options.directory, !options.wrap);
  const emit = safely(options.emit);
  let runs = 0;
  let ownIssuer: Promise<TokenIssuer> | undefined;
  const issuer = async () => {
    if (options.issuer) return options.issuer;
    ownIssuer ??= createTokenIssuer();
    return ownIssuer;
  };
  const start: Runner["start"] = async ({ workflow: path, event }) => {
    const id = ++runs;
    // A run has the variables of the moment in which it starts.
    const vars = { ...options.vars };
    const sha = event.name === "push" ? event.after : event.sha;
    const directory = join(options.directory, `run-${id}`);
    await mkdir(options.directory, { recursive: true });
    // Fails where a step of an earlier run has made a folder or a link of this name.
    await mkdir(directory);
    const checkout = await checkOutCommit(workTrees, join(options.directory, runnersOwn, `run-${id}`), sha);
    const sources = store.forRun({ repository, directory: checkout });
    const granted = defaultPermissions[options.defaultPermissions ?? "read"];
    const workflows = await loadWorkflows(sources, path, granted);
    const workflow = workflows.get(path);
    if (!workflow) throw new Error(`${path} was not loaded`);
    if (event.name !== "workflow_dispatch" && !(await isStarted(workflow, event, gitDirectory)))
      return undefined;
    const inputs = event.name === "workflow_dispatch" ? readDispatchInputs(workflow, event.inputs) : {};
    const isOfFork = event.name === "pull_request" && (event.fork ?? repository) !== repository;
    const cancellation = new AbortController();
    let jobs = 0;
    const context: RunContext = {
      ...{ id, directory, sources, workTrees, workflows, groups, issuer, isOfFork },
      options: { ...options, vars, emit },
      masker: createMasker([...Object.values(options.secrets), options.github?.token ?? ""]),
      github: githubContext({ ...options, id, sha, event, inputs, workflow }),
      nextJob: () => ++jobs,
      ...{ killed: false, processGroups: new Set(), jobs: [] },
    };
    const permissions = readPermissions(workflow.permissions, granted);
    const secrets = isOfFork ? {} : options.secrets;
    const given = { inputs, secrets, permissions, cancellation, event: event.name, sha };
    const result = runWorkflow(context, workflow, given).finally(() => workTrees.keep(checkout));
    // Thousands of files, which are not needed any more. The rest is removed with the folder of all runs.
    const remove = () => rm(directory, { recursive: true, force: true }).catch(() => {});
    result.then(remove, remove);
    return { id, result, cancel: () => cancellation.abort(), kill: () => killRun(context, cancellation) };
  };
  return { start };
}

/** An observer, such as the page, never changes a verdict. */
function safely(emit: Emit): Emit {
  return (event) => {
    try {
      emit(event);
    } catch (error) {
      console.error(
        `the event ${event.type} of run ${event.run} cannot be shown: ${(error as Error).message}`,
      );
    }
  };
}

function killRun(context: RunContext, cancellation: AbortController): void {
  context.killed = true;
  cancellation.abort();
  for (const groups of context.processGroups) for (const group of groups) endGroup(group);
}

/**
 * Checks out the running commit, from which `$/…` and the workflow files are read, independent of a job's workspace.
 */
async function checkOutCommit(workTrees: WorkTrees, directory: string, sha: string): Promise<string> {
  const commitDirectory = join(directory, "commit");
  await workTrees.open(commitDirectory);
  await git(commitDirectory, "checkout", "--quiet", "--force", "--detach", sha);
  return commitDirectory;
}

interface Start {
  inputs: { [name: string]: Json };
  secrets: Record<string, string>;
  permissions: Record<string, string>;
  cancellation: AbortController;
  event: string;
  sha: string;
}

/** Runs a whole workflow from its first job to its last. */
async function runWorkflow(context: RunContext, workflow: Workflow, start: Start): Promise<RunResult> {
  const startedAt = performance.now();
  const { emit } = context.options;
  const { event, sha, inputs, secrets, permissions, cancellation } = start;
  emit({ type: "run-started", run: context.id, workflow: workflow.name, event, sha });
  const scope = { workflow, prefix: "", inputs, secrets, permissions, signal: cancellation.signal };
  const conclusion = await concludeRun(context, scope, cancellation);
  const durationMs = performance.now() - startedAt;
  emit({ type: "run-finished", run: context.id, workflow: workflow.name, conclusion, durationMs });
  return { id: context.id, workflow: workflow.name, event, sha, conclusion, jobs: context.jobs, durationMs };
}

async function concludeRun(
  context: RunContext,
  scope: Parameters<typeof runJobs>[1],
  cancellation: AbortController,
): Promise<Conclusion> {
  const contexts = { github: context.github, inputs: scope.inputs, vars: context.options.vars };
  const request = concurrencyOf(scope.workflow.concurrency, { contexts });
  const { signal } = cancellation;
  const turn = { cancel: () => cancellation.abort(), signal };
  const outcome = await context.groups.runInTurn(request, turn, () => runJobs(context, scope));
  return outcome?.conclusion ?? "cancelled";
}

type StartingEvent = Exclude<WorkflowEvent, { name: "workflow_dispatch" }>;

/** Returns whether an event starts the workflow, by its activity, the branch and the changed files. */
export async function isStarted(
  workflow: Workflow,
  event: StartingEvent,
  gitDirectory: string,
): Promise<boolean> {
  // The parser leaves out filters that an event does not have.
  const filters = workflow.events[event.name] as Filters | undefined;
  if (!filters || (event.name !== "push" && !activityOf(event, workflow))) return false;
  if (event.name !== "push" && event.name !== "pull_request") return true;
  const isTag = event.name === "push" && event.isTag === true;
  const kind = isTag ? "tags" : "branches";
  const name = event.name === "push" ? event.branch : event.base;
  const { [kind]: wanted, [`${kind}-ignore` as const]: unwanted } = filters;
  if (wanted && !passesFilter(name, wanted)) return false;
  if (unwanted && passesFilter(name, unwanted)) return false;
  // With only tags named, no branch starts it, and with only branches no tag.
  const others = isTag
    ? (filters.branches ?? filters["branches-ignore"])
    : (filters.tags ?? filters["tags-ignore"]);
  if (others && !wanted && !unwanted) return false;
  const { paths, "paths-ignore": ignored } = filters;
  if (isTag || (!paths && !ignored)) return true;
  const changed = await changedFiles(event, gitDirectory);
  if (paths && !changed.some((file) => passesFilter(file, paths))) return false;
  return !ignored || changed.some((file) => !passesFilter(file, ignored));
}

type FilterName = "branches" | "tags" | "paths";
type Filters = { readonly [name in FilterName | `${FilterName}-ignore`]?: string[] };

async function changedFiles(
  event: Extract<StartingEvent, { name: "push" | "pull_request" }>,
  gitDirectory: string,
): Promise<string[]> {
  const comparison =
    event.name === "push" ? [event.before, event.after] : [`${event.baseSha}...${event.headSha}`];
  const newBranch = event.name === "push" && /^0+$/.test(event.before);
  const listing = newBranch
    ? await git(gitDirectory, "ls-tree", "-rz", "--name-only", event.after)
    : await git(gitDirectory, "diff", "-z", "--name-only", ...comparison);
  return listing.split("\0").filter((path) => path !== "");
}

/**
 * @internal Returns whether a name passes a list of GitHub's filter patterns (`*` within a segment, `**` across, `?`, `+`, `[]`,
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
