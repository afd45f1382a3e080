import { shortRevision } from "../../shared/ecs/revision.ts";
import { findService, type RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import { createPatience } from "../../shared/outage-tolerance.ts";
import { createPace } from "../../shared/pace.ts";
import type { CheckedDeployment } from "./deployment.ts";

/** A task that is being replaced after a scale-out or a host's end is back within this time. */
const steadyMs = 2 * 60_000;

/** Confirms that production runs our revision at the desired count; AWS's success alone does not show that. */
export async function confirmSuccess(
  deployment: CheckedDeployment,
  what: string,
  until = deployment.context.clock.now() + steadyMs,
): Promise<void> {
  const { context, inputs } = deployment;
  const pace = createPace();
  const ask = createPatience(context);
  for (;;) {
    const found = await ask(() => findService(context, inputs));
    const late = context.clock.now() >= until;
    if (found && isAsWanted(deployment, found, what, late)) return;
    await context.clock.wait(found ? pace.next(false) : pace.slowest(), context.signal);
  }
}

function isAsWanted(
  deployment: CheckedDeployment,
  { production, service }: RunningService,
  what: string,
  late: boolean,
): boolean {
  const { inputs, record, revision } = deployment;
  record.production = [production.revision];
  if (production.revision !== revision) {
    record.status = "superseded";
    throw new Failure(
      `${what} succeeded, but ${inputs.service} runs ${shortRevision(production.revision)} now, not ${shortRevision(revision)}`,
      { nextStep: "check the service's later deployments: another one replaced this one." },
    );
  }
  const { runningCount, desiredCount } = production;
  if ((service.desiredCount ?? desiredCount) < (inputs.desiredCount ?? 1))
    throw scaledDown(deployment, service);
  if (runningCount >= desiredCount) return true;
  if (!late) return false;
  record.status = "failed";
  throw new Failure(`${inputs.service} runs ${runningCount} of ${desiredCount} tasks after its deployment`, {
    nextStep: "read the service's events: tasks stop, or cannot be placed.",
  });
}

function scaledDown({ inputs, record }: CheckedDeployment, service: RunningService["service"]): Failure {
  record.status = "failed";
  const wanted =
    inputs.desiredCount === undefined ? "" : `, not to the ${inputs.desiredCount} of desired-count`;
  return new Failure(
    `${inputs.service} is scaled to ${service.desiredCount ?? 0} tasks now${wanted}, so the new revision was not tested`,
    {
      nextStep:
        "find out what scaled the service (a person, another job, Application Auto Scaling), and run this job again with desired-count.",
    },
  );
}
