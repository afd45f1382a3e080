import { ListDeploymentsCommand } from "@aws-sdk/client-codedeploy";
import type { RunResult } from "../../runner/result.ts";
import { observe } from "../aws-clients.ts";
import type { Load } from "../load.ts";
import { watchMachine } from "../machine-load.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { describeService } from "../service-state.ts";
import { expectGreen } from "./expectations.ts";

/** Long enough for some thousand requests at each count. */
const measuring = { duration: "6s", "warm-up": "2s", connections: "24" };
/** Enough visitors to notice a failure; so few that what tasks do is decided by the load they are tested with. */
export const besideTests = { requestsPerSecond: 20 };
/** Three tasks answer about 2.7 times what one does on a machine of two cores that does nothing else. */
const leastGain = 1.3;
/** Part of the processors' time over the whole run, pauses included, which then is a half; busier, and it cannot show it. */
const mostBusy = 0.7;

/** Phase 9 of the course: three tasks instead of one, with neither a pipeline nor a deployment; measured on the way. */
export async function scaleToThree(rehearsal: Rehearsal, steps: StepRecorder, load: Load): Promise<void> {
  const before = await countDeployments(rehearsal);
  load.beginPhase("scale to 3", besideTests);
  const busyPart = watchMachine();
  const run = await steps.perform("run scale-test.yml: one task under load, then three", async () => {
    const result = await rehearsal.runWorkflow("scale-test.yml", {
      service: "customer",
      "task-counts": "1 3",
      after: "keep",
      ...measuring,
    });
    expectGreen(result);
    return result;
  });
  const busy = busyPart();
  await steps.check("three tasks run and serve", async () => {
    const { desiredCount, runningCount, healthyTargets } = await describeService(
      rehearsal.simulator,
      "customer",
    );
    expectThat(
      desiredCount === 3 && runningCount === 3 && healthyTargets.includes(3),
      `${desiredCount} are wanted, ${runningCount} run, healthy are ${healthyTargets.join(" and ")}`,
    );
  });
  await steps.check("nothing was deployed for it", async () => {
    const after = await countDeployments(rehearsal);
    expectThat(after === before, `there are ${after - before} deployments more`);
  });
  await steps.check("three answer more than one, unless this machine has no more to give", async () => {
    const [one = 0, three = 0] = ["1", "3"].map((count) => answeredAt(run, count));
    expectThat(
      three > leastGain * one || busy > mostBusy,
      `one task answered ${one.toFixed(0)} requests a second, three ${three.toFixed(0)}, and the machine was ${(busy * 100).toFixed(0)} % busy`,
    );
  });
}

/** Requests per second, as the job that recorded this count says. */
function answeredAt(run: RunResult, count: string): number {
  const job = run.jobs.find(({ name }) => name.includes(`count ${count} `) && name.endsWith("record"));
  const answered = Number(job?.steps.find(({ id }) => id === "record")?.outputs["requests-per-second"]);
  // However busy the machine was: a figure that is not there says nothing.
  expectThat(answered > 0, `the job that recorded ${count} tasks tells no requests per second`);
  return answered;
}

function countDeployments({ simulator }: Rehearsal): Promise<number> {
  return observe(simulator, async ({ codedeploy }) => {
    const { deployments = [] } = await codedeploy.send(
      new ListDeploymentsCommand({
        applicationName: "microservices",
        deploymentGroupName: "microservices-customer",
      }),
    );
    return deployments.length;
  });
}
