import type { Load } from "../load.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { editHeading } from "./edit.ts";
import { deploymentOf, expectAlone, expectGreen, expectHeading, expectServices } from "./expectations.ts";

const newHeading = "Coffee suppliers, freshly roasted";

/** A change that goes well, from blue to green. */
export async function pushNewHeading(rehearsal: Rehearsal, steps: StepRecorder, load: Load): Promise<void> {
  const { repository } = rehearsal;
  load.beginPhase("blue to green");
  const deployment = await steps.perform("push a new heading: only the customer is deployed", async () => {
    await editHeading(repository, newHeading);
    await repository.commit("Greet the customers more warmly");
    const run = await rehearsal.pushAndFollow();
    expectGreen(run);
    expectServices(run, ["customer"]);
    return deploymentOf(run);
  });
  load.beginPhase("second release");
  await steps.check("the new heading is live", () => expectHeading(rehearsal, newHeading));
  await steps.check("traffic went from blue to green", async () => {
    const first = deployment.traffic[0];
    const last = deployment.traffic.at(-1);
    expectThat(
      first?.blue === 100 && last?.green === 100,
      `traffic was ${JSON.stringify(deployment.traffic)}`,
    );
  });
  await steps.check("blue is drained and gone", () => expectAlone(rehearsal, deployment.revisionAfter));
}
