import type { StackEvent } from "@aws-sdk/client-cloudformation";
import type { ProvisionContext } from "./context.ts";

/** Result of a stack, filled in during the run. */
export interface StackResult {
  readonly stackName: string;
  outcome:
    | "waiting"
    | "created"
    | "updated"
    | "unchanged"
    | "deleted"
    | "absent"
    | "read"
    | "failed"
    | "skipped";
  durationMs: number;
  events: readonly StackEvent[];
  outputs: { [name: string]: string };
  /** Existing resources that the stack took over. */
  adopted: readonly string[];
  /** Sentences about what outlives a deleted stack. */
  kept: readonly string[];
}

export function newResult(stackName: string): StackResult {
  return { stackName, outcome: "waiting", durationMs: 0, events: [], outputs: {}, adopted: [], kept: [] };
}

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
