import type { Load } from "../load.ts";
import { expectThat } from "../record-steps.ts";
import { describeService } from "../service-state.ts";
import { eventually } from "./expectations.ts";
import { provisionAgain } from "./provision-again.ts";
import { besideTests, scaledTo } from "./scaling.ts";
import type { ChapterBody, Scene } from "./scene.ts";

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
