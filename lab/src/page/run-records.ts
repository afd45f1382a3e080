import type { Publish } from "@ecs-delivery/live/page";
import type { Annotation, Conclusion, LeftOut, RunEvent } from "../runner/result.ts";
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
  /** Work that the rehearsal did not do. */
  leftOut: LeftOut[];
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
  const logs = createLogs();
  const changed = new Set<number>();
  let publish: Publish | undefined;
  let timer: NodeJS.Timeout | undefined;
  const publishChanges = () => {
    timer = undefined;
    for (const id of changed) publish?.(`run-${id}`, structuredClone(runs.get(id)));
    changed.clear();
  };
  const summaries = new Map<string, string>();
  return {
    notice(event: RunEvent): void {
      if (event.type === "run-started") {
        const { run: id, workflow, event: name, sha } = event;
        runs.set(id, { id, workflow, event: name, sha, startedAt: now(), jobs: [] });
      }
      const run = runs.get(event.run);
      if (!run) return;
      if (event.type === "run-finished") Object.assign(run, endOf(event));
      if (event.type === "job-started")
        run.jobs.push({
          name: event.job,
          startedAt: now(),
          steps: [],
          annotations: [],
          leftOut: [],
          lines: 0,
        });
      const index = "job" in event ? run.jobs.findIndex(({ name }) => name === event.job) : -1;
      const job = run.jobs[index];
      if (job && "job" in event) noticeOfJob(job, event, now());
      if (job && event.type === "log") logs.add(job, [job.steps.length - 1, event.line]);
      if (event.type === "job-finished" && event.summary.length > 0) {
        const key = `summary-${event.run}-${index}`;
        summaries.set(key, renderSummary(event.summary));
        publish?.(key, summaries.get(key));
      }
      changed.add(event.run);
      if (publish) timer ??= setTimeout(publishChanges, publishEveryMs).unref();
    },
    /** Called by the page when it starts. */
    start(to: Publish): () => void {
      publish = to;
      for (const id of runs.keys()) changed.add(id);
      publishChanges();
      for (const [key, summary] of summaries) to(key, summary);
      return () => {
        publish = undefined;
        clearTimeout(timer);
      };
    },
    /** The parts of the page, as they are now. */
    parts(): ReadonlyMap<string, unknown> {
      const all = [...[...runs].map(([id, run]) => [`run-${id}`, run] as const), ...summaries];
      return new Map<string, unknown>(all.map(([key, value]) => [`runs/${key}`, value]));
    },
    /** Lines of a job's log from an index on; undefined for an unknown job. */
    logOf(run: number, index: number, from = 0): { from: number; lines: LogLine[] } | undefined {
      const job = runs.get(run)?.jobs[index];
      return job && logs.read(job, from);
    },
  };
}

const endOf = ({ conclusion, durationMs }: Required<Pick<StepRecord, "conclusion" | "durationMs">>) => ({
  ...{ conclusion, durationMs },
});

function noticeOfJob(job: JobRecord, event: Extract<RunEvent, { job: string }>, now: number): void {
  const step = job.steps.at(-1);
  if (event.type === "step-started") job.steps.push({ name: event.step, startedAt: now });
  if (event.type === "log") job.lines++;
  if (event.type === "annotation") job.annotations.push(event.annotation);
  if (event.type === "left-out") {
    const { step: name, what, why } = event;
    job.leftOut.push({ step: name, what, why });
  }
  if (event.type === "step-finished" && step) Object.assign(step, endOf(event));
  if (event.type === "job-finished") Object.assign(job, endOf(event));
}

/** Keeps the newest lines of each job. */
function createLogs() {
  const logs = new Map<JobRecord, { first: number; lines: LogLine[] }>();
  return {
    add(job: JobRecord, line: LogLine) {
      const kept = logs.get(job) ?? { first: 0, lines: [] };
      logs.set(job, kept);
      kept.lines.push(line);
      if (kept.lines.length > keptLines) kept.first += kept.lines.splice(0, keptLines / 10).length;
    },
    read(job: JobRecord, from: number) {
      const { first, lines } = logs.get(job) ?? { first: 0, lines: [] };
      const start = Math.max(from, first);
      return { from: start, lines: lines.slice(start - first) };
    },
  };
}
