import { ListPipelinesCommand } from "@aws-sdk/client-codepipeline";
import { ListClustersCommand } from "@aws-sdk/client-ecs";
import { PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { giveParameters } from "../change.ts";
import { expectThat } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { type ChapterBody, expectGreen } from "./expectations.ts";

/** The account of the monolith in the course's database, with the password in the monolith's source. */
const password = {
  SecretId: "microservices-database",
  SecretString: JSON.stringify({ username: "nodeapp", password: "coffee" }),
};

/** Stores the password, which no template knows. */
export const passwordCommand = `aws secretsmanager put-secret-value --secret-id ${password.SecretId} --secret-string '${password.SecretString}'`;

export const provision: ChapterBody = {
  async run({ rehearsal, steps }) {
    await steps.perform("create the stacks", async () => expectGreen(await rehearsal.provision()));
    if (rehearsal.account === "academy")
      await steps.perform("store the password of the course's database in its secret, manually", async () => {
        await rehearsal.aws.secrets.send(new PutSecretValueCommand(password));
      });
  },
};

/** Adds these parameters to a template, and provisions its stack again. */
export async function provisionAgain(
  rehearsal: Rehearsal,
  template: string,
  parameters: Readonly<Record<string, string | number>>,
): Promise<void> {
  expectGreen(
    await rehearsal.pushAndFollow({ change: giveParameters(rehearsal.account, template, parameters) }),
  );
  expectGreen(await rehearsal.runWorkflow("provision.yml", { profile: rehearsal.account, stacks: template }));
}

/** The end of a session: nothing of the stacks is left to pay for. */
export const teardown: ChapterBody = {
  async run({ rehearsal, steps, stopLoad }) {
    await stopLoad();
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
