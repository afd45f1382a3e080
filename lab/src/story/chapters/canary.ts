import { CreateDeploymentConfigCommand } from "@aws-sdk/client-codedeploy";
import { expectThat } from "../record-steps.ts";
import { describeService } from "../service-state.ts";
import { canary, slowRelease } from "../slow-release.ts";
import { deploymentOf, expectEnd, firstError } from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

/** A release that starts and works, but slowly: a tenth of the visitors notice, then an alarm rolls it back. */
export const slowCanary: ChapterBody = {
  changes: [slowRelease],
  async run({ rehearsal, steps, beginPhase }) {
    const before = await describeService(rehearsal.aws, "customer");
    beginPhase("canary");
    const run = await steps.perform("push a slow release as a canary: an alarm rolls it back", async () => {
      await rehearsal.aws.codedeploy.send(new CreateDeploymentConfigCommand(canary));
      const variables = { DEPLOYMENT_CONFIG: canary.deploymentConfigName };
      const result = await rehearsal.pushAndFollow({ change: slowRelease, variables });
      expectEnd(result, "failure");
      return result;
    });
    await steps.check("its first error names the alarm", async () => {
      const error = firstError(run);
      expectThat(/customer-tg-(one|two)-slow/.test(error), `the first error is: ${error || "none"}`);
    });
    await steps.check("only a tenth of the visitors saw it", async () => {
      const { status, traffic } = deploymentOf(run);
      const most = Math.max(...traffic.map(({ green }) => green));
      // A delayed job may have missed the tenth; the alarm shows that there was one.
      expectThat(status === "rolled-back" && most <= 10, `${status}, with up to ${most} % of the traffic`);
      const { primary } = await describeService(rehearsal.aws, "customer");
      expectThat(primary === before.primary, `production ran ${before.primary} and runs ${primary}`);
    });
  },
};
