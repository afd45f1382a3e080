import type { Publish } from "../../../live/src/page.ts";
import type { Annotation, Conclusion, RunEvent } from "../runner/result.ts";
import { renderSummary } from "./summary.ts";

export interface StepRecord {
  name: string;
  startedAt: number;
  /** Undefined while it runs. */
  conclusion?: Conclusion;
  durationMs?: number;
}

interface JobRecord {
  name: string;
  startedAt: number;
  conclusion?: Conclusion;
  durationMs?: number;
  steps: StepRecord[];
  annotations: Annotation[];
  /** Lines of its log so far. */
  lines: number;
}

/** Part `runs/run-<id>` of the page. */
export interface RunRecord {
  id: number;
  workflow: string;
  event: string;
  sha: string;
  startedAt: number;
  conclusion?: Conclusion;
  durationMs?: number;
  jobs: JobRecord[];
}

/** A line of a job's log, with the index of its step. */
type LogLine = [step: number, text: string];

/** The newest lines of a job; its log file has all. */
const keptLines = 5000;
/** Several events of a run become one change of the page. */
const publishEveryMs = 250;

export type RunRecords = ReturnType<typeof createRunRecords>;

/** Keeps what the events of workflow runs report, and publishes it as parts of the live page. */
export function createRunRecords(now: () => number = Date.now) {
  const runs = new Map<number, RunRecord>();
  const logs = new Map<JobRecord, { first: number; lines: LogLine[] }>();
  const summaries = new Map<JobRecord, string>();
  const changed = new Set<number>();
  let publish: Publish | undefined;
  let timer: NodeJS.Timeout | undefined;

  const publishChanges = () => {
    timer = undefined;
    for (const id of changed) publish?.(`run-${id}`, structuredClone(runs.get(id)));
    changed.clear();
  };
  const change = (id: number) => {
    changed.add(id);
    if (publish) timer ??= setTimeout(publishChanges, publishEveryMs).unref();
  };
  const jobOf = (event: { run: number; job: string }) =>
    runs.get(event.run)?.jobs.find(({ name }) => name === event.job);
  const log = (job: JobRecord, line: LogLine) => {
    const kept = logs.get(job) ?? { first: 0, lines: [] };
    logs.set(job, kept);
    kept.lines.push(line);
    if (kept.lines.length > keptLines) kept.first += kept.lines.splice(0, keptLines / 10).length;
    job.lines++;
  };

  return {
    notice(event: RunEvent): void {
      if (event.type === "run-started") {
        const { run: id, workflow, event: name, sha } = event;
        runs.set(id, { id, workflow, event: name, sha, startedAt: now(), jobs: [] });
      }
      const run = runs.get(event.run);
      if (!run) return;
      if (event.type === "run-finished") {
        run.conclusion = event.conclusion;
        run.durationMs = event.durationMs;
      }
      if (event.type === "job-started")
        run.jobs.push({ name: event.job, startedAt: now(), steps: [], annotations: [], lines: 0 });
      if ("job" in event) noticeOfJob(event);
      change(event.run);
    },
    /** Called by the page when it starts. */
    start(to: Publish): () => void {
      publish = to;
      for (const id of runs.keys()) changed.add(id);
      publishChanges();
      for (const run of runs.values()) for (const job of run.jobs) publishSummary(run.id, job);
      return () => {
        publish = undefined;
        clearTimeout(timer);
      };
    },
    /** The parts of the page, as they are now. */
    parts(): ReadonlyMap<string, unknown> {
      const parts = new Map<string, unknown>();
      for (const run of runs.values()) {
        parts.set(`runs/run-${run.id}`, run);
        for (const [index, job] of run.jobs.entries())
          parts.set(`runs/summary-${run.id}-${index}`, summaries.get(job));
      }
      return parts;
    },
    /** Lines of a job's log from an index on; undefined for an unknown job. */
    logOf(run: number, job: number, from = 0): { from: number; lines: LogLine[] } | undefined {
      const record = runs.get(run)?.jobs[job];
      if (!record) return undefined;
      const { first, lines } = logs.get(record) ?? { first: 0, lines: [] };
      const start = Math.max(from, first);
      return { from: start, lines: lines.slice(start - first) };
    },
  };

  function noticeOfJob(event: Extract<RunEvent, { job: string }>): void {
    const job = jobOf(event);
    if (!job) return;
    const step = job.steps.at(-1);
    if (event.type === "step-started") job.steps.push({ name: event.step, startedAt: now() });
    if (event.type === "log") log(job, [job.steps.length - 1, event.line]);
    if (event.type === "annotation") job.annotations.push(event.annotation);
    if (event.type === "step-finished" && step) {
      step.conclusion = event.conclusion;
      step.durationMs = event.durationMs;
    }
    if (event.type === "job-finished") {
      job.conclusion = event.conclusion;
      job.durationMs = event.durationMs;
      if (event.summary.length > 0) summaries.set(job, renderSummary(event.summary));
      publishSummary(event.run, job);
    }
  }

  function publishSummary(run: number, job: JobRecord): void {
    const markup = summaries.get(job);
    const index = runs.get(run)?.jobs.indexOf(job);
    if (markup) publish?.(`summary-${run}-${index}`, markup);
  }
}
