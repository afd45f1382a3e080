import type { StackEvent } from "@aws-sdk/client-cloudformation";

/** What became of a stack, filled in while it goes on. */
export interface StackResult {
  readonly stackName: string;
  outcome: "waiting" | "created" | "updated" | "unchanged" | "deleted" | "absent" | "read" | "failed";
  durationMs: number;
  events: readonly StackEvent[];
  outputs: { [name: string]: string };
  /** Sentences about what outlives a stack that is deleted. */
  kept: readonly string[];
}

export function newResult(stackName: string): StackResult {
  return { stackName, outcome: "waiting", durationMs: 0, events: [], outputs: {}, kept: [] };
}
