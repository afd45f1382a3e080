import type { World } from "./context.ts";
import type { StackResult } from "./result.ts";

/** Does the work of one stack; its result gets the time, and the outcome `failed` when it fails. */
export async function timed(world: World, result: StackResult, work: () => Promise<void>): Promise<void> {
  const startedAt = world.clock.now();
  try {
    await work();
  } catch (error) {
    result.outcome = "failed";
    throw error;
  } finally {
    result.durationMs = world.clock.now() - startedAt;
  }
}
