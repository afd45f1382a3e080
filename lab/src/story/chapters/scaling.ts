import { ListDeploymentsCommand } from "@aws-sdk/client-codedeploy";
import type { RunResult } from "../../runner/result.ts";
import type { Load } from "../load.ts";
import { expectThat } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { describeService, servedByTask } from "../service-state.ts";
import { type ChapterBody, eventually, expectGreen, type Scene } from "./expectations.ts";
import { provisionAgain } from "./stacks.ts";

/** Long enough for hundreds of requests at each count on any machine. */
const measuring = { duration: "2s", "warm-up": "1s", connections: "24" };
/** Enough visitors to notice a failure; so few that the load of the test determines the tasks' work. */
const besideTests = { requestsPerSecond: 10 };
const scaledTo = 3;
/** The load balancer gives each of three tasks a third; requests not yet in the logs are not counted. */
const leastShare = 1 / 6;

/** Phase 9 of the course: three tasks instead of one, without a pipeline or a deployment; measured along the way. */
export const scaling: ChapterBody = {
  async run({ rehearsal, steps, beginPhase }) {
    const before = await countDeployments(rehearsal);
    beginPhase("scaling", besideTests);
    const run = await steps.perform("run scale-test.yml: one task under load, then three", async () => {
      const result = await rehearsal.runWorkflow("scale-test.yml", {
        service: "customer",
        "task-counts": `1 ${scaledTo}`,
        after: "keep",
        ...measuring,
      });
      expectGreen(result);
      return result;
    });
    const [one, three] = [measuredAt(run, 1), measuredAt(run, scaledTo)];
    await steps.check("three tasks run and are healthy", () => expectThree(rehearsal));
    let shares: string[] = [];
    await steps.check("each of the three served its share of the requests", () =>
      eventually(async () => {
        const served = await servedByTask(rehearsal.aws, "customer");
        const all = served.reduce((sum, each) => sum + each, 0);
        shares = served.map((each) => `${((100 * each) / Math.max(all, 1)).toFixed(0)} %`);
        const isShared =
          served.length === scaledTo && all > 0 && served.every((each) => each >= leastShare * all);
        expectThat(isShared, `the tasks served ${served.join(", ")} requests`);
      }),
    );
    await steps.check("no request of the measurement failed", async () =>
      expectThat(
        one.errorRate === 0 && three.errorRate === 0,
        `failed were ${one.errorRate} % with one task, ${three.errorRate} % with three`,
      ),
    );
    await steps.check("no deployment was needed", async () => {
      const after = await countDeployments(rehearsal);
      expectThat(after === before, `there are ${after - before} more deployments`);
    });
    steps.note(
      `One task served ${one.requestsPerSecond.toFixed(0)} requests a second, ` +
        `three served ${three.requestsPerSecond.toFixed(0)} (${shares.join(", ")}).`,
    );
  },
};

async function expectThree({ aws }: Rehearsal): Promise<void> {
  const { desiredCount, runningCount, healthyTargets } = await describeService(aws, "customer");
  expectThat(
    desiredCount === scaledTo && runningCount === scaledTo && healthyTargets.includes(scaledTo),
    `desired are ${desiredCount}, running ${runningCount}, healthy ${healthyTargets.join(" and ")}`,
  );
}

/** Returns the measurements of the job that recorded this task count. */
function measuredAt(run: RunResult, count: number): { requestsPerSecond: number; errorRate: number } {
  const job = run.jobs.find(({ name }) => name.includes(`count ${count} `) && name.endsWith("record"));
  const outputs = job?.steps.find(({ id, post }) => id === "merge" && !post)?.outputs ?? {};
  const requestsPerSecond = Number(outputs["requests-per-second"]);
  expectThat(requestsPerSecond > 0, `the job that recorded ${count} tasks has no requests per second`);
  return { requestsPerSecond, errorRate: Number(outputs["error-rate"]) };
}

async function countDeployments({ aws }: Rehearsal): Promise<number> {
  const group = { applicationName: "microservices", deploymentGroupName: "microservices-customer" };
  const { deployments = [] } = await aws.codedeploy.send(new ListDeploymentsCommand(group));
  return deployments.length;
}

/**
 * Connections of each group of clients. Each sends its next request after the response, so one task is busy all the
 * time on any machine and no queue grows.
 */
const crowdConnections = 12;
/** AWS's alarm needs three minutes of AWS time. If that was not enough, another group of clients joins. */
const longestMinutes = 10;
const mostCrowds = 6;

/** AWS removes tasks under low load, and adds them under high load. */
export const autoscaling: ChapterBody = {
  async run(scene) {
    const { rehearsal, steps, beginPhase } = scene;
    beginPhase("scale-in", besideTests);
    await steps.perform("provision automatic scaling, one to three tasks", () =>
      provisionAgain(rehearsal, "services", { MaximumTasks: 3 }),
    );
    // The remaining number is not checked: health checks take a part of the tasks' time.
    await steps.perform("AWS removes tasks under low load", () =>
      eventually(() => expectTasks(scene, (count) => count < scaledTo)),
    );
    beginPhase("scale-out");
    const few = await countTasks(scene);
    const crowds: Load[] = [];
    await steps.perform("AWS adds tasks under high load", () => growCrowd(scene, crowds, few));
    await steps.check("no request of the high load failed", async () => {
      const phases = (await Promise.all(crowds.map((crowd) => crowd.stop()))).flat();
      const failed = phases.reduce((sum, phase) => sum + phase.failed, 0);
      const example = phases.flatMap(({ failures }) => failures)[0];
      expectThat(failed === 0, `${failed} failed, such as ${example}`);
    });
  },
};

async function countTasks({ rehearsal }: Scene): Promise<number> {
  return (await describeService(rehearsal.aws, "customer")).desiredCount;
}

async function expectTasks({ rehearsal }: Scene, fits: (count: number) => boolean): Promise<void> {
  const { desiredCount, runningCount } = await describeService(rehearsal.aws, "customer");
  expectThat(
    fits(desiredCount) && runningCount === desiredCount,
    `${desiredCount} tasks are desired, ${runningCount} run`,
  );
}

/** Adds groups of clients until AWS has added tasks. */
async function growCrowd(scene: Scene, crowds: Load[], few: number): Promise<void> {
  const longestMs = (longestMinutes * 60_000) / scene.rehearsal.timeScale;
  for (;;) {
    crowds.push(await scene.startCrowd({ connections: crowdConnections }));
    const isLast = crowds.length === mostCrowds;
    try {
      return await eventually(
        () => expectTasks(scene, (count) => count > few),
        isLast ? undefined : longestMs,
      );
    } catch (error) {
      if (isLast) throw error;
    }
  }
}
