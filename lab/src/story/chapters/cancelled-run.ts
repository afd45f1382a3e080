import type { Load } from "../load.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { describeService } from "../service-state.ts";
import { editHeading } from "./edit.ts";
import { deploymentOf, expectAlone, expectEnd, expectHeading, inTheEnd } from "./expectations.ts";
import { firstHeading } from "./rollback.ts";

/** Somebody presses "Cancel workflow" amid a deployment: it is taken back, and nothing is left behind. */
export async function cancelRun(rehearsal: Rehearsal, steps: StepRecorder, load: Load): Promise<void> {
  const { repository, simulator } = rehearsal;
  const before = await describeService(simulator, "customer");
  load.beginPhase("cancelled run");
  const deployment = await steps.perform("cancel a run amid its deployment: it is rolled back", async () => {
    await editHeading(repository, "Coffee suppliers, half-baked");
    await repository.commit("Announce what is not ready");
    const run = await rehearsal.pushAndFollow({ cancelAtLine: /Deployment d-\S+ of .* is created/ });
    expectEnd(run, "cancelled");
    return deploymentOf(run);
  });
  await steps.check("production is what it was, alone", async () => {
    expectThat(deployment.status === "cancelled", `the deployment's status is ${deployment.status}`);
    await inTheEnd(() => expectAlone(rehearsal, before.primary));
    await expectHeading(rehearsal, firstHeading);
  });
}
