import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import type { RunnerOptions, WorkflowEvent } from "./jobs/run-context.ts";
import { git } from "./load/git.ts";
import type { RunEvent, RunResult } from "./result.ts";
import { createRunner, type Run } from "./runner.ts";

/** For tests: a repository in a temporary folder and a runner of its workflows. */
export interface TestRepository {
  directory: string;
  events: RunEvent[];
  /** Lines of the log so far. */
  lines(): string[];
  commit(files: Record<string, string>): Promise<string>;
  start(inputs?: Record<string, string>): Promise<Run>;
  /** @param event what differs from a manual run of main without inputs */
  startBy(event: object): Promise<Run | undefined>;
  /** Runs `.github/workflows/main.yml` manually, to its end. */
  run(inputs?: Record<string, string>): Promise<RunResult>;
  /** @param file of another workflow */
  push(before: string, after: string, file?: string): Promise<Run | undefined>;
  /** Opens a pull request to main, of a fork if one is given, whose head has main's commit `base` as its ancestor. */
  openPullRequest(base: string, head: string, fork?: string): Promise<Run | undefined>;
  remove(): Promise<void>;
}

export async function createTestRepository(
  files: Record<string, string>,
  options: Partial<RunnerOptions> & {
    name?: string;
    workflow?: string;
    onEvent?: (event: RunEvent) => void;
  } = {},
): Promise<TestRepository> {
  const directory = await mkdtemp(join(tmpdir(), "runner-test-"));
  const work = join(directory, "work");
  const events: RunEvent[] = [];
  await mkdir(work);
  await git(work, "init", "--quiet", "--initial-branch", "main");
  const runner = createRunner({
    repository: { name: options.name ?? "octo/coffee", gitDirectory: join(work, ".git") },
    environment: { ...nodeEnvironment() },
    secrets: {},
    vars: { SETTLE_FOR: "1s" },
    directory,
    emit: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
    ...options,
  });
  let head = await commitFiles(work, files);
  const workflow = options.workflow ?? ".github/workflows/main.yml";
  const startBy = (event: object) => {
    const commit = { sha: head, before: head, after: head };
    const by = { name: "workflow_dispatch", branch: "main", ...commit, inputs: {}, ...event };
    return runner.start({ workflow, event: by as WorkflowEvent });
  };
  const start = async (inputs: Record<string, string> = {}) => (await startBy({ inputs })) as Run;
  return {
    directory: work,
    events,
    lines: () => events.flatMap((event) => (event.type === "log" ? [event.line] : [])),
    commit: async (changes) => {
      head = await commitFiles(work, changes);
      return head;
    },
    start,
    startBy,
    run: async (inputs) => (await start(inputs)).result,
    push: (before, after, file = workflow) =>
      runner.start({ workflow: file, event: { name: "push", branch: "main", before, after } }),
    openPullRequest: (baseSha, headSha, fork) => {
      const refs = { base: "main", baseSha, head: "change", headSha, sha: headSha, ...(fork && { fork }) };
      return runner.start({ workflow, event: { name: "pull_request", number: 1, ...refs } });
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Writes and commits files of a repository; resolves to the commit. */
export async function commitFiles(directory: string, files: Record<string, string>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  await git(directory, "add", "--all");
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  await git(directory, ...author, "commit", "--quiet", "--allow-empty", "-m", "change");
  return git(directory, "rev-parse", "HEAD");
}

/** Runs a workflow of these jobs manually, to its end; returns the log's lines, too. */
export async function runJobs(jobs: string, options: Parameters<typeof createTestRepository>[1] = {}) {
  const repository = await createTestRepository(workflowOf(jobs), options);
  try {
    return { ...(await repository.run()), lines: repository.lines() };
  } finally {
    await repository.remove();
  }
}

/** The result of a step, without the action's later part. */
export function stepOf(result: RunResult, id: string) {
  return result.jobs.flatMap((job) => job.steps).find((step) => step.id === id && !step.post);
}

/** Returns a manually started workflow with these jobs (YAML, indented by two). */
export function workflowOf(jobs: string, head = "on: workflow_dispatch"): Record<string, string> {
  return { ".github/workflows/main.yml": `name: main\n${head}\njobs:\n${jobs}` };
}
