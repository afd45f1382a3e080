import { CreateDeploymentConfigCommand } from "@aws-sdk/client-codedeploy";
import { canary, crashAtStart, slowRelease } from "../change.ts";
import { homes, readPage } from "../read-page.ts";
import { expectThat } from "../record-steps.ts";
import { describeService } from "../service-state.ts";
import { type ChapterBody, deploymentOf, expectEnd, firstError } from "./expectations.ts";

const lastWords = "cannot start: the price list is missing";
const change = crashAtStart(lastWords, "Require the price list");

/** A release whose tasks never start: the run is red, and reports why. */
export const brokenRelease: ChapterBody = {
  changes: [change],
  async run({ rehearsal, steps, beginPhase }) {
    const { aws, addresses } = rehearsal;
    const before = await describeService(aws, "employee");
    beginPhase("broken-release");
    const run = await steps.perform("push a release that crashes at start: the run is red", async () => {
      const result = await rehearsal.pushAndFollow({ change });
      expectEnd(result, "failure");
      return result;
    });
    await steps.check("its first error names the cause and the last log line", async () => {
      const error = firstError(run);
      // On a slow machine a task may fail its health checks before it has exited.
      expectThat(
        /exited with code 1\b|failed the load balancer's health checks/.test(error) &&
          error.includes(lastWords),
        `the first error is: ${error || "none"}`,
      );
    });
    await steps.check("production is untouched", async () => {
      const { status, home } = await readPage(`${addresses.production}/admin/suppliers`);
      expectThat(status === 200 && home === homes.employee, `/admin/suppliers returns HTTP ${status}`);
      const after = await describeService(aws, "employee");
      expectThat(
        after.primary === before.primary,
        `production ran ${before.primary} and runs ${after.primary || "nothing"}`,
      );
    });
  },
};

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
