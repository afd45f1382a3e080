import { expectGreen } from "./expectations.ts";
import type { Telling } from "./scene.ts";

export const provision: Telling = {
  async tell({ rehearsal, steps }) {
    await steps.perform("create the stacks", async () => expectGreen(await rehearsal.provision()));
  },
};
