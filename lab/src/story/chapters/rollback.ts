import type { Load } from "../load.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { describeService } from "../service-state.ts";
import { deploymentOf, expectAlone, expectGreen, expectHeading } from "./expectations.ts";

export const firstHeading = "Coffee suppliers";

/** Somebody wants the first release back, which was good, too. */
export async function rollBackOnRequest(
  rehearsal: Rehearsal,
  steps: StepRecorder,
  load: Load,
): Promise<void> {
  const before = await describeService(rehearsal.simulator, "customer");
  load.beginPhase("rollback on request");
  const deployment = await steps.perform("run rollback.yml: the release before is back", async () => {
    const run = await rehearsal.runWorkflow("rollback.yml", { service: "customer" });
    expectGreen(run);
    return deploymentOf(run);
  });
  await steps.check("the first heading is live again", async () => {
    expectThat(
      deployment.revisionBefore === before.primary && deployment.revisionAfter !== before.primary,
      `the rollback went from ${deployment.revisionBefore} to ${deployment.revisionAfter}`,
    );
    await expectHeading(rehearsal, firstHeading);
    await expectAlone(rehearsal, deployment.revisionAfter);
  });
}
