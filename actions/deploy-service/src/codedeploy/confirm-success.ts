import { shortRevision } from "../../../shared/ecs/revision.ts";
import { findService } from "../../../shared/ecs/service.ts";
import { Failure } from "../../../shared/failure.ts";
import { createPace } from "../../../shared/pace.ts";
import type { Deployment } from "./deploy-revision.ts";

/** A task that a scale-out or a host's end replaces right now is back within this time. */
const steadyMs = 2 * 60_000;

/** What CodeDeploy calls a success is one only if production runs our revision, at the wanted count. */
export async function confirmSuccess({ world, inputs, record, revision }: Deployment): Promise<void> {
  const pace = createPace();
  const until = world.clock.now() + steadyMs;
  for (;;) {
    const { primary, revision: running } = await findService(world, inputs);
    if (running !== revision) {
      record.status = "superseded";
      throw new Failure(
        `Deployment ${record.deploymentId} succeeded, but ${inputs.service} runs ${shortRevision(running)} now, not ${shortRevision(revision)}`,
        { nextStep: "look at the group's later deployments: another one took over." },
      );
    }
    const { runningCount = 0, computedDesiredCount = 0 } = primary ?? {};
    if (runningCount >= computedDesiredCount) return;
    if (world.clock.now() >= until) {
      record.status = "failed";
      throw new Failure(
        `${inputs.service} runs ${runningCount} of ${computedDesiredCount} tasks after its deployment`,
        {
          nextStep: "read the service's events: tasks stop, or cannot be placed.",
        },
      );
    }
    await world.clock.wait(pace.next(false), world.signal);
  }
}
