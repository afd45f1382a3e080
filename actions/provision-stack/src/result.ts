import type { StackEvent } from "@aws-sdk/client-cloudformation";

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
