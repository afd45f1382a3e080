import { setTimeout as sleep } from "node:timers/promises";
import type { RunResult } from "../../runner/result.ts";
import { fetchPage } from "../fetch-page.ts";
import { expectThat } from "../record-steps.ts";
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

/** What GitHub would show first of a run that went wrong. */
export function firstError(run: RunResult): string {
  return run.jobs.flatMap((job) => job.annotations).find(({ level }) => level === "error")?.message ?? "";
}

export function expectServices(run: RunResult, services: string[]): void {
  const deployed = deploymentsOf(run).map((deployment) => deployment.service);
  expectThat(deployed.sort().join() === services.join(), `deployed was ${deployed.join(", ") || "nothing"}`);
}

/** The one deployment of a run. */
export function deploymentOf(run: RunResult): Deployment {
  const [deployment, ...others] = deploymentsOf(run);
  if (!deployment || others.length > 0)
    throw new Error(`the run made ${others.length + 1} deployments, not one`);
  return deployment;
}

export async function expectHeading({ addresses }: Rehearsal, heading: string): Promise<void> {
  const { status, text } = await fetchPage(`${addresses.production}/`);
  const found = /<h1>(.*?)<\/h1>/s.exec(text)?.[1];
  expectThat(status === 200 && found === heading, `HTTP ${status}, and the heading is "${found}"`);
}

/** AWS's own cleaning up after a run has ended: seconds here, however slow the machine. */
const settleMs = 60_000;

/** Waits until a claim holds; throws as it does when that takes too long. */
export async function inTheEnd(claim: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    try {
      return await claim();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(settleMs / 300);
    }
  }
}

/** Production is one task set with this revision, and one target group has all healthy targets. */
export async function expectAlone({ simulator }: Rehearsal, revision: string): Promise<void> {
  const { taskSets, healthyTargets } = await describeService(simulator, "customer");
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
