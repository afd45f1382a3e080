import { addToHeading } from "../change.ts";
import { expectThat } from "../record-steps.ts";
import {
  deploymentOf,
  eventually,
  expectAlone,
  expectGreen,
  expectHeading,
  expectServices,
  readHeading,
} from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

const words = ", freshly roasted";
const change = addToHeading(words, "Greet the customers more warmly");

export const blueGreen: ChapterBody = {
  changes: [change],
  async run({ rehearsal, steps, beginPhase }) {
    beginPhase("blue-green");
    const before = await readHeading(rehearsal);
    const deployment = await steps.perform("push a new heading: only customer is deployed", async () => {
      const run = await rehearsal.pushAndFollow({ change });
      expectGreen(run);
      expectServices(run, ["customer"]);
      return deploymentOf(run);
    });
    await steps.check("the new heading is live", () => expectHeading(rehearsal, `${before}${words}`));
    await steps.check("traffic went from blue to green", async () => {
      const first = deployment.traffic[0];
      const last = deployment.traffic.at(-1);
      expectThat(
        first?.blue === 100 && last?.green === 100,
        `traffic was ${JSON.stringify(deployment.traffic)}`,
      );
    });
    await steps.check("blue is drained and gone", () =>
      eventually(() => expectAlone(rehearsal, "customer", deployment.revisionAfter)),
    );
  },
};
