import { crashAtStart } from "../change.ts";
import { homes, readPage } from "../read-page.ts";
import { expectThat } from "../record-steps.ts";
import { describeService } from "../service-state.ts";
import { expectEnd, firstError } from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

const lastWords = "cannot start: the price list is missing";
const change = crashAtStart(lastWords, "Require the price list");

/** A release whose tasks never start: the run is red, and reports why. */
export const brokenRelease: ChapterBody = {
  changes: [change],
  async run({ rehearsal, steps, beginPhase }) {
    const { aws, addresses } = rehearsal;
    const before = await describeService(aws, "employee");
    beginPhase("broken-release");
    const run = await steps.perform("push a release that crashes at start: the run is red", async () => {
      const result = await rehearsal.pushAndFollow({ change });
      expectEnd(result, "failure");
      return result;
    });
    await steps.check("its first error names the cause and the last log line", async () => {
      const error = firstError(run);
      // On a slow machine a task may fail its health checks before it has exited.
      expectThat(
        /exited with code 1\b|failed the load balancer's health checks/.test(error) &&
          error.includes(lastWords),
        `the first error is: ${error || "none"}`,
      );
    });
    await steps.check("production is untouched", async () => {
      const { status, home } = await readPage(`${addresses.production}/admin/suppliers`);
      expectThat(status === 200 && home === homes.employee, `/admin/suppliers returns HTTP ${status}`);
      const after = await describeService(aws, "employee");
      expectThat(
        after.primary === before.primary,
        `production ran ${before.primary} and runs ${after.primary || "nothing"}`,
      );
    });
  },
};
