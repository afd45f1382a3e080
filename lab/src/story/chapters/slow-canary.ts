import type { Load } from "../load.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { customerApp, edit } from "./edit.ts";
import { deploymentOf, expectEnd, expectHeading, firstError } from "./expectations.ts";
import { firstHeading } from "./rollback.ts";

/** Longer than the second that infra-templates/observability.yaml allows on average. */
const slowMs = 1500;
const canary = "CodeDeployDefault.ECSCanary10Percent5Minutes";

/** A release that starts and answers, but slowly: a tenth of the visitors notice, then an alarm takes it back. */
export async function pushSlowCanary(rehearsal: Rehearsal, steps: StepRecorder, load: Load): Promise<void> {
  const { repository, variables } = rehearsal;
  load.beginPhase("slow canary");
  variables.DEPLOYMENT_CONFIG = canary;
  const run = await steps.perform("push a slow release as a canary: an alarm takes it back", async () => {
    await edit(
      repository,
      customerApp,
      /(?=^ {2}showHome\()/m,
      `  app.use("/suppliers", (_, next) => new Promise((done) => setTimeout(done, ${slowMs})).then(next));\n`,
    );
    await repository.commit("Ask the roastery for every list");
    const result = await rehearsal.pushAndFollow();
    expectEnd(result, "failure");
    return result;
  });
  delete variables.DEPLOYMENT_CONFIG;
  await steps.check("its first error names the alarm", async () => {
    const error = firstError(run);
    expectThat(/customer-tg-(one|two)-slow/.test(error), `the first error is: ${error || "none"}`);
  });
  await steps.check("only a tenth of the visitors ever met it", async () => {
    const { status, traffic } = deploymentOf(run);
    const most = Math.max(...traffic.map(({ green }) => green));
    expectThat(status === "rolled-back" && most === 10, `${status}, with up to ${most} % of the traffic`);
    await expectHeading(rehearsal, firstHeading);
  });
  await edit(repository, customerApp, /^ {2}app\.use\("\/suppliers".*\n/m, "");
}
