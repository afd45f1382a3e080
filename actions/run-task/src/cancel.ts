import { Failure } from "../../shared/failure.ts";
import type { Run } from "./follow.ts";
import { taskId } from "./record.ts";
import { stopTask } from "./stop.ts";

/** Cancels within the runner's few seconds: asks ECS, reports it, and ends. */
export async function cancel({ world, inputs, record }: Run): Promise<Failure> {
  record.status = "cancelled";
  const reason = (world.signal.reason as Error).message.replace(/\.$/, "");
  if (inputs.onCancel === "leave")
    return new Failure(`${reason}; task ${taskId(record)} continues (on-cancel: leave)`);
  await stopTask(world, record, reason);
  return new Failure(`${reason}; task ${taskId(record)} is being stopped (on-cancel: stop)`);
}
