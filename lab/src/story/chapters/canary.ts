import { CreateDeploymentConfigCommand } from "@aws-sdk/client-codedeploy";
import { giveParameters, slowLists } from "../change.ts";
import { expectThat } from "../record-steps.ts";
import { describeService } from "../service-state.ts";
import { deploymentOf, expectEnd, firstError } from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

/**
 * Maximum average response time in seconds over a minute. An AWS minute is less than a second here, in which a busy
 * machine may return nothing: with the template's one second, alarms would also end deployments of good releases.
 */
const slowSeconds = 3;
export const tolerateBusyMachine = giveParameters("standard", "observability", { SlowSeconds: slowSeconds });

const slowMs = 1000 * slowSeconds + 500;
/** The alarm needs some minutes of AWS time; the rest is for a slow machine, and costs nothing. */
const canary = {
  deploymentConfigName: "Canary10PercentTwoHours",
  computePlatform: "ECS",
  trafficRoutingConfig: {
    type: "TimeBasedCanary",
    timeBasedCanary: { canaryPercentage: 10, canaryInterval: 120 },
  },
} as const;
const change = slowLists(slowMs, "Ask the roastery for every list");

/** A release that starts and works, but slowly: a tenth of the visitors notice, then an alarm rolls it back. */
export const slowCanary: ChapterBody = {
  changes: [change],
  async run({ rehearsal, steps, beginPhase }) {
    const before = await describeService(rehearsal.aws, "customer");
    beginPhase("canary");
    const run = await steps.perform("push a slow release as a canary: an alarm rolls it back", async () => {
      await rehearsal.aws.codedeploy.send(new CreateDeploymentConfigCommand(canary));
      const variables = { DEPLOYMENT_CONFIG: canary.deploymentConfigName };
      const result = await rehearsal.pushAndFollow({ change, variables });
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
