import { setTimeout as sleep } from "node:timers/promises";
import { permissionLevel } from "../../runner/load/workflow.ts";
import { codeOfJob, type RunResult } from "../../runner/result.ts";
import type { Change } from "../change.ts";
import type { ServiceName } from "../chapter-list.mjs";
import type { Load } from "../load.ts";
import type { LoadLevel } from "../load-generator.ts";
import { readPage } from "../read-page.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { type Deployment, deploymentsOf } from "../report.ts";
import { describeService } from "../service-state.ts";

export function expectGreen(run: RunResult): void {
  if (run.conclusion === "success") return;
  throw new Error(`${run.workflow} ended as ${run.conclusion}: ${firstError(run) || "see .lab/logs"}`);
}

export function expectEnd(run: RunResult, conclusion: "failure" | "cancelled"): void {
  expectThat(run.conclusion === conclusion, `the run ended as ${run.conclusion}`);
}

/** Returns the first error that GitHub would show for a failed run. */
export function firstError(run: RunResult): string {
  return run.jobs.flatMap((job) => job.annotations).find(({ level }) => level === "error")?.message ?? "";
}

export function expectServices(run: RunResult, services: string[]): void {
  const deployed = deploymentsOf(run).map((deployment) => deployment.service);
  expectThat(deployed.sort().join() === services.join(), `deployed was ${deployed.join(", ") || "nothing"}`);
}

/** Checks that jobs which may get credentials executed no code of the repository, by records that show it in builds. */
export function expectCodeApart(runs: readonly RunResult[]): void {
  const jobs = runs.flatMap(({ id, jobs }) =>
    jobs.map((job) => ({ run: id, name: job.name, permissions: job.permissions, code: codeOfJob(job) })),
  );
  for (const { run, name, permissions, code } of jobs)
    if (permissionLevel(permissions, "id-token") === "write")
      expectThat(code.length === 0, `${name} of run ${run} has credentials and executed ${code[0]}`);
  const builds = jobs.filter(({ name }) => name.endsWith(" / build"));
  expectThat(
    builds.length === 0 || builds.some(({ code }) => code.length > 0),
    "no record of a build shows code of the repository",
  );
}

/** The one deployment of a run. */
export function deploymentOf(run: RunResult): Deployment {
  const [deployment, ...others] = deploymentsOf(run);
  if (!deployment || others.length > 0)
    throw new Error(`the run made ${others.length + 1} deployments, not one`);
  return deployment;
}

/** The heading of the customers' home, as production shows it. */
export async function readHeading({ addresses }: Rehearsal): Promise<string> {
  const { status, heading } = await readPage(`${addresses.production}/`);
  if (status !== 200 || heading === undefined)
    throw new Error(`${addresses.production}/ returns HTTP ${status} and the heading "${heading}"`);
  return heading;
}

export async function expectHeading(rehearsal: Rehearsal, wanted: string): Promise<void> {
  const heading = await readHeading(rehearsal);
  expectThat(heading === wanted, `the heading is "${heading}", not "${wanted}"`);
}

/** This limit only ends waits that hang: they take seconds, and some minutes on the slowest machine. */
const deadlineMs = 300_000;
const pollMs = 500;

/** Waits until a claim holds; throws its error when that takes too long. */
export async function eventually(claim: () => Promise<void>, longestMs = deadlineMs): Promise<void> {
  const deadline = performance.now() + longestMs;
  for (;;) {
    try {
      return await claim();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(pollMs);
    }
  }
}

/** Checks that production is one task set with this revision, and one target group has all healthy targets. */
export async function expectAlone({ aws }: Rehearsal, service: ServiceName, revision: string): Promise<void> {
  const { taskSets, healthyTargets } = await describeService(aws, service);
  expectThat(
    taskSets.length === 1 && taskSets[0] === revision,
    `the service's task sets are ${taskSets.join(", ")}, not ${revision} alone`,
  );
  const serving = healthyTargets.filter((count) => count > 0);
  expectThat(
    serving.length === 1,
    `targets by target group are ${healthyTargets.join(" and ")}, not in one group alone`,
  );
}

/** Context of a chapter. */
export interface Scene {
  readonly rehearsal: Rehearsal;
  readonly steps: StepRecorder;
  /** Starts the load that runs through all later chapters. */
  startLoad(): Promise<void>;
  /** Ends the load of both services. */
  stopLoad(): Promise<void>;
  /** Counts requests due from now on under this name, in the load of each service of the chapter. */
  beginPhase(name: string, level?: LoadLevel): void;
  /** Starts additional load on the customer service, for a while. */
  startCrowd(level: LoadLevel): Promise<Load>;
}

/** Steps of a chapter in the list. */
export interface ChapterBody {
  /** Changes of the services' sources, checked before anything starts. */
  readonly changes?: readonly Change[];
  run(scene: Scene): Promise<void>;
}
