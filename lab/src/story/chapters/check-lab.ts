import { addToHeading, lightenNavigation } from "../change.ts";
import { readPage } from "../read-page.ts";
import { expectGreen } from "./expectations.ts";
import { deployByPipeline } from "./pipeline.ts";
import type { ChapterBody } from "./scene.ts";

const heading = addToHeading(", by pipeline", "Deploy the customers' service by its pipeline");
const navigation = lightenNavigation("Give the employees' navigation the course's light colour");

/** check-lab looks at the account as it would at a student's. */
export const checkLab: ChapterBody = {
  changes: [heading, navigation],
  async run({ rehearsal, steps }) {
    await steps.perform("push another heading: its image starts the other pipeline", () =>
      deployByPipeline(rehearsal, heading, "customer"),
    );
    // A fork that has done the exercises was light before the chapter pipeline changed it.
    const { navbar = "" } = await readPage(`${rehearsal.addresses.production}/admin/suppliers`);
    if (!navbar.includes("navbar-light"))
      await steps.perform("push the light navigation", () =>
        deployByPipeline(rehearsal, navigation, "employee"),
      );
    await steps.perform("check-lab.yml finds no fault in phases 5 to 9", async () => {
      const inputs = { phases: "5,6,7,8,9", threshold: "100", "browser-address": "127.0.0.1" };
      expectGreen(await rehearsal.runWorkflow("check-lab.yml", inputs));
    });
  },
};
