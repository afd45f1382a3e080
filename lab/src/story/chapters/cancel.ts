import { addToHeading } from "../change.ts";
import { expectThat } from "../record-steps.ts";
import { describeService } from "../service-state.ts";
import {
  deploymentOf,
  eventually,
  expectAlone,
  expectEnd,
  expectHeading,
  readHeading,
} from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

const change = addToHeading(", half-baked", "Announce what is not ready");

/** A user presses "Cancel workflow" during a deployment: it is rolled back, and nothing is left behind. */
export const cancel: ChapterBody = {
  changes: [change],
  async run({ rehearsal, steps, beginPhase }) {
    const before = await describeService(rehearsal.aws, "customer");
    const heading = await readHeading(rehearsal);
    beginPhase("cancel");
    const deployment = await steps.perform(
      "cancel a run during its deployment: it is rolled back",
      async () => {
        const cancelAtLine = /Deployment d-\S+ of .* is created/;
        const run = await rehearsal.pushAndFollow({ change, cancelAtLine });
        expectEnd(run, "cancelled");
        return deploymentOf(run);
      },
    );
    await steps.check("production is unchanged, and nothing else runs", async () => {
      expectThat(deployment.status === "cancelled", `the deployment's status is ${deployment.status}`);
      await eventually(() => expectAlone(rehearsal, "customer", before.primary));
      await expectHeading(rehearsal, heading);
    });
  },
};
