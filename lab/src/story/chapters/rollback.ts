import { expectThat } from "../record-steps.ts";
import { describeService } from "../service-state.ts";
import { deploymentOf, eventually, expectAlone, expectGreen, readHeading } from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

/** Rolls back to the previous release, which was good, too. */
export const rollback: ChapterBody = {
  async run({ rehearsal, steps, beginPhase }) {
    const before = await describeService(rehearsal.aws, "customer");
    const newer = await readHeading(rehearsal);
    beginPhase("rollback");
    const deployment = await steps.perform("run rollback.yml: the previous release is restored", async () => {
      const run = await rehearsal.runWorkflow("rollback.yml", { service: "customer" });
      expectGreen(run);
      return deploymentOf(run);
    });
    await steps.check("the previous heading is live again, and nothing else runs", async () => {
      expectThat(
        deployment.revisionBefore === before.primary && deployment.revisionAfter !== before.primary,
        `the rollback went from ${deployment.revisionBefore} to ${deployment.revisionAfter}`,
      );
      const heading = await readHeading(rehearsal);
      expectThat(newer !== heading && newer.startsWith(heading), `the heading is "${heading}"`);
      await eventually(() => expectAlone(rehearsal, "customer", deployment.revisionAfter));
    });
  },
};
