import { type Load, startLoadProcess } from "../load.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { describeService } from "../service-state.ts";
import { inTheEnd } from "./expectations.ts";
import { provisionAgain } from "./provision-again.ts";
import { besideTests } from "./scaling.ts";

/** Each asks again once answered: the processor of one task is busy all the time, and no waiting line grows. */
const crowd = { connections: 12 };

/** AWS takes tasks away when there is little to do, and brings them when there is much. */
export async function scaleByLoad(
  rehearsal: Rehearsal,
  steps: StepRecorder,
  load: Load,
  ends: AsyncDisposableStack,
): Promise<void> {
  const { addresses } = rehearsal;
  const tasks = () => describeService(rehearsal.simulator, "customer");
  const expectTasks = (fits: (count: number) => boolean) =>
    inTheEnd(async () => {
      const { desiredCount, runningCount } = await tasks();
      expectThat(
        fits(desiredCount) && runningCount === desiredCount,
        `${desiredCount} tasks are wanted, ${runningCount} run`,
      );
    });
  load.beginPhase("scaled in", besideTests);
  const { desiredCount: many } = await tasks();
  await steps.perform("provision automatic scaling, one to three tasks", () =>
    provisionAgain(rehearsal, "services", { MaximumTasks: 3 }),
  );
  // How many are left: health checks take a part of their time, which grows with the pace of the clock.
  await steps.perform("with little to do, AWS takes tasks away", () => expectTasks((count) => count < many));
  load.beginPhase("scaled out");
  const { desiredCount: few } = await tasks();
  const crowded = await startLoadProcess([`${addresses.production}/suppliers`], crowd, ends);
  crowded.beginPhase("crowd");
  await steps.perform("a crowd comes, and AWS adds tasks", () => expectTasks((count) => count > few));
  const [counted] = await crowded.stop();
  await steps.check("each of the crowd was answered", async () =>
    expectThat(counted?.failed === 0, `${counted?.failed} were not, such as ${counted?.failures[0]}`),
  );
}
