import { expectGreen } from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

export const provision: ChapterBody = {
  async run({ rehearsal, steps }) {
    await steps.perform("create the stacks", async () => expectGreen(await rehearsal.provision()));
  },
};
