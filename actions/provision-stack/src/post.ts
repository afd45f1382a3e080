import type { StepContext } from "../../shared/context.ts";
import { finishOperations } from "./apply/finish-operations.ts";
import { createCloudFormation } from "./open-context.ts";
import { operationsLeft } from "./stack/running-operations.ts";

/** Runs the post step: a runner that cancels a job kills a step ten seconds after it asked it to end. */
export async function finishPost({ clock, log, signal }: StepContext): Promise<void> {
  const operations = operationsLeft.read() ?? [];
  if (operations.length === 0) return;
  await finishOperations({ cloudformation: createCloudFormation(), clock, log, signal }, operations);
}
