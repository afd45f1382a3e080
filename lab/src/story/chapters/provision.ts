import { PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { expectGreen } from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

/** The account of the monolith in the course's database, with the password in the monolith's source. */
const courseAccount = { username: "nodeapp", password: "coffee" };

export const provision: ChapterBody = {
  async run({ rehearsal, steps }) {
    await steps.perform("create the stacks", async () => expectGreen(await rehearsal.provision()));
    if (rehearsal.account === "academy")
      await steps.perform("store the password of the course's database in its secret, manually", async () => {
        const SecretString = JSON.stringify(courseAccount);
        const SecretId = "microservices-database";
        await rehearsal.aws.secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
      });
  },
};
