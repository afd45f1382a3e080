import type { StackEvent } from "@aws-sdk/client-cloudformation";

/** What became of a stack, filled in while it goes on. */
export interface StackResult {
  readonly stackName: string;
  outcome: "waiting" | "created" | "updated" | "unchanged" | "deleted" | "absent" | "read" | "failed";
  durationMs: number;
  events: readonly StackEvent[];
  outputs: { [name: string]: string };
}
