import type { TaskRuntimeKind } from "@ecs-delivery/simulator/runtime/tasks/runtime";
import type { RunResult } from "../runner/result.ts";
import type { LoadPhase } from "./load-generator.ts";
import type { StoryStep } from "./record-steps.ts";

/** Part of the load of one service. */
export interface ServicePhase extends LoadPhase {
  service: string;
}

export interface Deployment {
  service: string;
  /** The service that requested the CodeDeploy deployment. */
  through: "codedeploy" | "codepipeline";
  status: string;
  revisionBefore: string;
  revisionAfter: string;
  imageDigest: string;
  /** Percent of production traffic over time. */
  traffic: { atMs: number; blue: number; green: number }[];
}

interface Facts {
  commit: string;
  startedAt: Date;
  durationMs: number;
  timeScale: number;
  /** The runtime of the tasks; undefined if the story ended before it was known. */
  runtime: TaskRuntimeKind | undefined;
  steps: readonly StoryStep[];
  /** Figures that are not checked, a sentence each. */
  notes: readonly string[];
  /** Chapters that did not reach their end. */
  unfinished: readonly string[];
  runs: readonly RunResult[];
  resources: {
    /** Milliseconds from the command to stacks that are ready for deployments. */
    readyMs: number;
    /** Maximum memory of the simulator's process; undefined where the system does not report it. */
    simulatorRssMb: number | undefined;
  };
}

/** `.lab/report.json`. Durations and latencies in milliseconds. */
export interface Report extends Facts {
  /** Whether every check passed, and every chapter reached its end. */
  ok: boolean;
  load: {
    requests: number;
    failed: number;
    /** Latencies of the slowest phase in the whole story. */
    p50Ms: number;
    p99Ms: number;
    requestsPerSecond: number;
    phases: readonly ServicePhase[];
  };
  deployments: Deployment[];
}

export function makeReport(facts: Facts, phases: readonly ServicePhase[]): Report {
  return {
    ok: facts.unfinished.length === 0 && facts.steps.every((step) => step.ok),
    ...facts,
    load: summariseLoad(phases),
    deployments: facts.runs.flatMap(deploymentsOf),
  };
}

/** The rehearsal in one line. */
export function verdict({ ok, steps, unfinished, durationMs }: Report): string {
  if (ok)
    return `passed: ${steps.length} ${steps.length === 1 ? "check" : "checks"} in ${(durationMs / 1000).toFixed(0)} s`;
  const failed = steps.filter((step) => !step.ok);
  const reasons = failed.map(
    ({ chapter, name, problem }) =>
      `: ${chapter && `${chapter}: `}${name}: ${problem?.trim().split("\n")[0]}`,
  );
  const rest = unfinished.length === 0 ? "" : `not finished: ${unfinished.join(", ")}; `;
  return `failed: ${failed.length} of ${steps.length} checks${reasons[0] ?? ""} (${rest}see .lab/report/index.html)`;
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
    const { outputs } = step;
    return {
      service,
      through: step.id === "pipeline" ? ("codepipeline" as const) : ("codedeploy" as const),
      status: outputs.status ?? "",
      revisionBefore: outputs["revision-before"] ?? "",
      revisionAfter: outputs["revision-after"] ?? "",
      imageDigest: outputs["image-digest"] ?? "",
      traffic: JSON.parse(outputs.traffic || "[]") as Deployment["traffic"],
    };
  });
}

/** Name of the files with a job's log and summary in `.lab/logs`, without their endings. */
export const logName = (run: number, job: string) => `run-${run}-${job.replace(/[^a-z0-9-]+/gi, "-")}`;

function summariseLoad(phases: readonly ServicePhase[]): Report["load"] {
  const sum = (of: readonly LoadPhase[], pick: (phase: LoadPhase) => number) =>
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
