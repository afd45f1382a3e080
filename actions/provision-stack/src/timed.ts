import type { ProvisionContext } from "./context.ts";
import type { StackResult } from "./result.ts";

/** Does the work of one stack; its result gets the time, and the outcome `failed` when it fails. */
export async function timed(
  context: ProvisionContext,
  result: StackResult,
  work: () => Promise<void>,
): Promise<void> {
  const startedAt = context.clock.now();
  try {
    await work();
  } catch (error) {
    result.outcome = "failed";
    throw error;
  } finally {
    result.durationMs = context.clock.now() - startedAt;
  }
}
