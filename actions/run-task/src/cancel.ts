import { Failure } from "../../shared/failure.ts";
import type { Run } from "./follow.ts";
import { taskId } from "./record.ts";
import { stopTask } from "./stop.ts";

/** Cancels within the runner's few seconds: asks ECS, reports it, and ends. */
export async function cancel({ context, inputs, record }: Run): Promise<Failure> {
  record.status = "cancelled";
  const reason = (context.signal.reason as Error).message.replace(/\.$/, "");
  if (inputs.onCancel === "leave")
    return new Failure(`${reason}; task ${taskId(record)} continues (on-cancel: leave)`);
  await stopTask(context, record, reason);
  return new Failure(`${reason}; task ${taskId(record)} is being stopped (on-cancel: stop)`);
}
