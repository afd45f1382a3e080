import type { RevisionTaskSet } from "../service-records.ts";
import { isSettled, type Run, waitUntil } from "./run.ts";

/** Scales a revision to the service's desired count; resolves when its tasks are healthy. */
export async function scaleUp(run: Run, taskSet: RevisionTaskSet): Promise<void> {
  taskSet.scale = { value: 100, unit: "PERCENT" };
  taskSet.revision.allotted = undefined;
  run.context.wake(run.deployment.service);
  await waitUntil(run, () => isSettled(run, taskSet));
}
