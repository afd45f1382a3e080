import type { Load } from "../load.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { describeService } from "../service-state.ts";
import { customerApp, edit } from "./edit.ts";
import { expectEnd, expectHeading, firstError } from "./expectations.ts";
import { firstHeading } from "./rollback.ts";

const lastWords = "cannot start: the price list is missing";

/** A release whose tasks never start: the run is red, and says why. */
export async function pushBrokenRelease(
  rehearsal: Rehearsal,
  steps: StepRecorder,
  load: Load,
): Promise<void> {
  const { repository, simulator } = rehearsal;
  const before = await describeService(simulator, "customer");
  load.beginPhase("broken release");
  const run = await steps.perform("push a release that crashes at start: the run is red", async () => {
    // Where the app is put together: what migrates the database goes well, what serves does not.
    const crash = `console.error(${JSON.stringify(lastWords)});\nprocess.exit(1);\n`;
    await edit(repository, customerApp, /(?=const heading = )/, crash);
    await repository.commit("Require the price list");
    const result = await rehearsal.pushAndFollow();
    expectEnd(result, "failure");
    return result;
  });
  await steps.check("its first error names the exit code and the last log line", async () => {
    const error = firstError(run);
    expectThat(
      /exit(?:ed)?\b.*\b1\b/s.test(error) && error.includes(lastWords),
      `the first error is: ${error || "none"}`,
    );
  });
  await steps.check("production never noticed", async () => {
    await expectHeading(rehearsal, firstHeading);
    const after = await describeService(simulator, "customer");
    expectThat(
      after.primary === before.primary,
      `production ran ${before.primary} and runs ${after.primary || "nothing"}`,
    );
  });
  await edit(repository, customerApp, /console\.error\([^\n]*\n.*\n(?=const heading = )/, "");
}
