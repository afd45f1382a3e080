import { ListPipelinesCommand } from "@aws-sdk/client-codepipeline";
import { ListClustersCommand } from "@aws-sdk/client-ecs";
import { expectThat } from "../record-steps.ts";
import { expectGreen } from "./expectations.ts";
import { provisionAgain } from "./provision-again.ts";
import type { ChapterBody } from "./scene.ts";

/** The end of a session: nothing of the stacks is left to pay for. */
export const teardown: ChapterBody = {
  async run({ rehearsal, steps, stopLoad }) {
    await stopLoad();
    if (rehearsal.account === "standard")
      await steps.perform("allow deleting the database", () =>
        provisionAgain(rehearsal, "database", { DeletionProtection: "false" }),
      );
    await steps.perform("delete the stacks with teardown.yml", async () => {
      const inputs = { confirm: "delete microservices", profile: rehearsal.account, force: "true" };
      expectGreen(await rehearsal.runWorkflow("teardown.yml", inputs));
    });
    await steps.check("no cluster, service or pipeline is left", async () => {
      const { clusterArns = [] } = await rehearsal.aws.ecs.send(new ListClustersCommand({}));
      const { pipelines = [] } = await rehearsal.aws.pipelines.send(new ListPipelinesCommand({}));
      const left = [...clusterArns, ...pipelines.map(({ name }) => name)];
      expectThat(left.length === 0, `the account still has ${left.join(", ")}`);
    });
  },
};
