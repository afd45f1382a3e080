import { expectGreen } from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

/** check-lab looks at the account as it would at a student's. */
export const checkLab: ChapterBody = {
  async run({ rehearsal, steps }) {
    await steps.perform("check-lab.yml finds no fault in phases 5 to 9", async () => {
      const inputs = { phases: "5,6,7,8,9", threshold: "100", "browser-address": "127.0.0.1" };
      expectGreen(await rehearsal.runWorkflow("check-lab.yml", inputs));
    });
  },
};
