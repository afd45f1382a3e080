import { orEcsFailure } from "./failure.ts";
import { performEvent } from "./lifecycle-events.ts";
import { removeTaskSet } from "./remove-task-set.ts";
import { type Run, type RunTaskSet, refreshTaskSets, serviceOf } from "./run.ts";
import { admit } from "./run-deployment.ts";
import { settleProduction, weighProduction } from "./shift-traffic.ts";
import { putActions } from "./traffic.ts";

/** Shifts production back to blue, restores the test listener, drains and removes green. */
export async function runRollback(run: Run): Promise<void> {
  const { blue, green } = run;
  if (!blue) throw new Error("there is nothing to roll back to before Install has found it");
  await admit(run);
  await performEvent(run, "BeforeAllowTraffic");
  await performEvent(run, "AllowTraffic", () => bringTrafficBack(run, blue));
  await performEvent(run, "AfterAllowTraffic");
  if (green) await removeTaskSet(run, green.id);
  await settleProduction(run, blue);
  await refreshTaskSets(run);
}

async function bringTrafficBack(run: Run, blue: RunTaskSet): Promise<void> {
  const { aws } = run.environment;
  if (run.green) await weighProduction(run, 0);
  for (const route of run.testRoutesBefore) await putActions(aws, route);
  await orEcsFailure(aws.ecs.updateServicePrimaryTaskSet({ ...serviceOf(run), primaryTaskSet: blue.id }));
}
