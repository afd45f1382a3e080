import { setTimeout as sleep } from "node:timers/promises";
import { scaleByLoad } from "./chapters/autoscaling.ts";
import { pushBrokenRelease } from "./chapters/broken-release.ts";
import { cancelRun } from "./chapters/cancelled-run.ts";
import { expectGreen } from "./chapters/expectations.ts";
import { firstRelease } from "./chapters/first-release.ts";
import { pushNewHeading } from "./chapters/new-heading.ts";
import { deployThroughPipeline } from "./chapters/pipeline.ts";
import { rollBackOnRequest } from "./chapters/rollback.ts";
import { scaleToThree } from "./chapters/scaling.ts";
import { pushSlowCanary } from "./chapters/slow-canary.ts";
import { limitEmployees } from "./chapters/source-ip.ts";
import type { Load } from "./load.ts";
import type { StepRecorder } from "./record-steps.ts";
import type { Rehearsal } from "./rehearsal.ts";

// Enough requests before and after the first change for a p99 that means something.
const steadyMs = 2000;

export interface Told {
  /** From here on the stacks can be deployed to. */
  provisioned(): void;
  startLoad(): Promise<Load>;
  /** Ends what the story has started. */
  ends: AsyncDisposableStack;
}

/** The story of changes that go well and of changes that do not. Throws when it cannot be told to its end. */
export async function tellStory(rehearsal: Rehearsal, steps: StepRecorder, told: Told): Promise<void> {
  await steps.perform("provision the stacks", async () => expectGreen(await rehearsal.provision()));
  told.provisioned();
  await firstRelease(rehearsal, steps);
  const load = await told.startLoad();
  load.beginPhase("first release");
  await sleep(steadyMs);
  await pushNewHeading(rehearsal, steps, load);
  await sleep(steadyMs);
  await rollBackOnRequest(rehearsal, steps, load);
  await pushBrokenRelease(rehearsal, steps, load);
  await pushSlowCanary(rehearsal, steps, load);
  await cancelRun(rehearsal, steps, load);
  await deployThroughPipeline(rehearsal, steps, load);
  await limitEmployees(rehearsal, steps);
  await scaleToThree(rehearsal, steps, load);
  await scaleByLoad(rehearsal, steps, load, told.ends);
}
