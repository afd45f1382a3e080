import type { DeliveryContext } from "../../delivery/context.ts";
import { upperFirst } from "../../delivery/deployment/names.ts";
import type { DeploymentRecord } from "../../delivery/record.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { findService, type RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import { createPatience } from "../../shared/outage-tolerance.ts";
import { createPace } from "../../shared/pace.ts";
import type { RollbackInputs } from "./inputs.ts";
import type { PastDeployment } from "./service-history.ts";

/**
 * Returns production once all its tasks run, without tasks of the undone revision; throws when that does not happen in
 * time.
 */
export async function awaitProduction(
  context: DeliveryContext,
  inputs: RollbackInputs,
  record: DeploymentRecord,
  undone: PastDeployment,
  deadlineAt: number,
): Promise<RunningService> {
  const pace = createPace();
  const ask = createPatience(context);
  for (;;) {
    const late = context.clock.now() >= deadlineAt;
    const service = await ask(() => findService(context, inputs));
    const wrong = service && whatIsWrong(service, undone, inputs.service);
    if (service && !wrong) return service;
    if (late && wrong) {
      record.status = "failed";
      throw new Failure(`${upperFirst(undone.name)} was asked to roll back, but ${wrong}`, {
        nextStep: "read the service's events, and roll back to a specific revision (input to).",
      });
    }
    await context.clock.wait(service ? pace.next(false) : pace.slowest(), context.signal);
  }
}

function whatIsWrong(
  { production }: RunningService,
  { revision: undone, isRollback }: PastDeployment,
  name: string,
): string | undefined {
  const { revision, settled, runningCount, desiredCount } = production;
  if (revision === undone && !isRollback) return `${name} still runs ${shortRevision(revision)}`;
  if (runningCount < desiredCount) return `${name} runs ${runningCount} of ${desiredCount} tasks`;
  return settled ? undefined : `${name} also runs tasks of another revision`;
}
