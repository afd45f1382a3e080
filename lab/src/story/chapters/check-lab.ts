import { addToHeading } from "../change.ts";
import { expectGreen, expectServices } from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

const change = addToHeading(", by pipeline", "Deploy the customers' service by its pipeline");

/** check-lab looks at the account as it would at a student's. */
export const checkLab: ChapterBody = {
  changes: [change],
  async run({ rehearsal, steps }) {
    await steps.perform("push another heading: its image starts the other pipeline", async () => {
      const run = await rehearsal.pushAndFollow({ change, variables: { DEPLOY_THROUGH: "codepipeline" } });
      expectGreen(run);
      expectServices(run, ["customer"]);
    });
    await steps.perform("check-lab.yml finds no fault in phases 5 to 9", async () => {
      const inputs = { phases: "5,6,7,8,9", threshold: "100", "browser-address": "127.0.0.1" };
      expectGreen(await rehearsal.runWorkflow("check-lab.yml", inputs));
    });
  },
};
