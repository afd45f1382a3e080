import type { JobResult, RunResult } from "../runner/result.ts";
import type { ServiceName } from "./chapter-list.mjs";
import type { LoadPhase } from "./load-generator.ts";
import type { StoryStep } from "./record-steps.ts";
import type { TaskRuntimeKind } from "./task-runtime.ts";

/** Part of the load of one service. */
export interface ServicePhase extends LoadPhase {
  service: string;
}

export interface TrafficPoint {
  atMs: number;
  /** Percent of production traffic. */
  blue: number;
  green: number;
}

export interface Deployment {
  service: string;
  engine: "codedeploy";
  /** The service that requested the CodeDeploy deployment. */
  through: "codedeploy" | "codepipeline";
  deploymentId: string;
  status: string;
  cause: string;
  revisionBefore: string;
  revisionAfter: string;
  imageDigest: string;
  traffic: TrafficPoint[];
  /** Run of the workflow that made it. */
  run: number;
  /** Name of the job in the run. */
  job: string;
  /** Milliseconds since the command was started. */
  beganAtMs: number;
  durationMs: number;
}

/** When a chapter ran; chapters of different services overlap. */
export interface FinishedChapter {
  name: string;
  services: readonly ServiceName[];
  /** Milliseconds since the command was started. */
  beganAtMs: number;
  durationMs: number;
}

/** `.lab/report.json`. Durations and latencies in milliseconds. */
export interface Report {
  /** Whether every check passed, and every chapter reached its end. */
  ok: boolean;
  commit: string;
  startedAt: string;
  durationMs: number;
  timeScale: number;
  /** The runtime of the tasks; null if the story ended before it was known. */
  runtime: TaskRuntimeKind | null;
  /** Chapters that reached their end, in that order. */
  chapters: FinishedChapter[];
  steps: StoryStep[];
  /** Figures that are not checked, a sentence each. */
  notes: string[];
  /** Chapters that did not reach their end. */
  unfinished: string[];
  load: {
    requests: number;
    failed: number;
    /** Latencies of the slowest phase in the whole story. */
    p50Ms: number;
    p99Ms: number;
    requestsPerSecond: number;
    phases: ServicePhase[];
  };
  deployments: Deployment[];
  runs: { id: number; workflow: string; conclusion: string; durationMs: number; jobs: JobResult[] }[];
  resources: {
    /** Milliseconds from the command to stacks that are ready for deployments. */
    readyMs: number;
    /** Maximum memory of the simulator's process; null where the system does not report it. */
    simulatorRssMb: number | null;
  };
}

export interface Facts {
  commit: string;
  startedAt: Date;
  durationMs: number;
  timeScale: number;
  runtime: TaskRuntimeKind | undefined;
  chapters: readonly FinishedChapter[];
  steps: readonly StoryStep[];
  notes: readonly string[];
  unfinished: readonly string[];
  phases: ServicePhase[];
  runs: RunResult[];
  readyMs: number;
  simulatorRssMb: number | undefined;
}

export function makeReport(facts: Facts): Report {
  return {
    ok: facts.unfinished.length === 0 && facts.steps.every((step) => step.ok),
    commit: facts.commit,
    startedAt: facts.startedAt.toISOString(),
    durationMs: facts.durationMs,
    timeScale: facts.timeScale,
    runtime: facts.runtime ?? null,
    chapters: [...facts.chapters],
    steps: [...facts.steps],
    notes: [...facts.notes],
    unfinished: [...facts.unfinished],
    load: summariseLoad(facts.phases),
    deployments: facts.runs.flatMap(deploymentsOf),
    runs: facts.runs.map(({ id, workflow, conclusion, durationMs, jobs }) => ({
      id,
      workflow,
      conclusion,
      durationMs,
      jobs,
    })),
    resources: { readyMs: facts.readyMs, simulatorRssMb: facts.simulatorRssMb ?? null },
  };
}

/** The rehearsal in one line. */
export function verdict({ steps, unfinished, durationMs }: Report): string {
  if (steps.every((step) => step.ok) && unfinished.length === 0)
    return `passed: ${steps.length} ${steps.length === 1 ? "check" : "checks"} in ${(durationMs / 1000).toFixed(0)} s`;
  const failed = steps.filter((step) => !step.ok);
  const reasons = failed.map((step) => `: ${nameOf(step)}: ${step.problem?.trim().split("\n")[0]}`);
  const rest = unfinished.length === 0 ? "" : `not finished: ${unfinished.join(", ")}; `;
  return `failed: ${failed.length} of ${steps.length} checks${reasons[0] ?? ""} (${rest}see .lab/report.md)`;
}

/** The time scale as a sentence; nothing passed faster where the simulator did not start. */
export function speed({ runtime, timeScale }: Report): string {
  return runtime
    ? `AWS's waits passed ${timeScale} times faster than on AWS.`
    : "The simulated AWS did not start.";
}

/** A step with its chapter. */
export function nameOf({ chapter, name }: StoryStep): string {
  return chapter === "" ? name : `${chapter}: ${name}`;
}

/** Returns the deployments reported by the workflows' steps that deploy or roll back. */
export function deploymentsOf(run: RunResult): Deployment[] {
  return run.jobs.flatMap((job) => {
    const [, service, work = ""] = /^(.+) \/ (deploy|rollback)$/.exec(job.name) ?? [];
    const ids = work === "deploy" ? ["deploy", "pipeline"] : [work];
    const step = job.steps.find(
      ({ id, post, outcome }) => ids.includes(id) && !post && outcome !== "skipped",
    );
    if (!step || !service) return [];
    const { outputs, beganAtMs, durationMs } = step;
    return {
      service,
      engine: "codedeploy" as const,
      through: step.id === "pipeline" ? ("codepipeline" as const) : ("codedeploy" as const),
      deploymentId: outputs["deployment-id"] ?? "",
      status: outputs.status ?? "",
      cause: outputs.cause ?? "",
      revisionBefore: outputs["revision-before"] ?? "",
      revisionAfter: outputs["revision-after"] ?? "",
      imageDigest: outputs["image-digest"] ?? "",
      traffic: JSON.parse(outputs.traffic || "[]") as TrafficPoint[],
      run: run.id,
      job: job.name,
      beganAtMs,
      durationMs,
    };
  });
}

/** Name of the files with a job's log and summary in `.lab/logs`, without their endings. */
export const logName = (run: number, job: string) => `run-${run}-${job.replace(/[^a-z0-9-]+/gi, "-")}`;

function summariseLoad(phases: ServicePhase[]): Report["load"] {
  const sum = (of: LoadPhase[], pick: (phase: LoadPhase) => number) =>
    of.reduce((total, phase) => total + pick(phase), 0);
  const worst = (pick: (phase: LoadPhase) => number) => Math.max(0, ...phases.map(pick));
  // The services get their load at the same time.
  const rates = Object.values(Object.groupBy(phases, ({ service }) => service)).map((own = []) => {
    const lasted = sum(own, (phase) => phase.durationMs);
    return lasted === 0 ? 0 : (sum(own, (phase) => phase.requests) / lasted) * 1000;
  });
  return {
    requests: sum(phases, (phase) => phase.requests),
    failed: sum(phases, (phase) => phase.failed),
    p50Ms: worst((phase) => phase.p50Ms),
    p99Ms: worst((phase) => phase.p99Ms),
    requestsPerSecond: rates.reduce((total, rate) => total + rate, 0),
    phases,
  };
}
