import { Failure } from "../../shared/failure.ts";
import type { Following } from "./following.ts";
import { sayWait } from "./lines.ts";
import type { Snapshot } from "./snapshot.ts";

export function awaitsApproval({ inputs, record }: Following, { waits }: Snapshot): Failure {
  record.status = "awaiting-approval";
  const wait = waits.find(({ kind }) => kind === "approval");
  return new Failure(
    `Execution ${record.executionId} of ${inputs.pipeline} waits for approval: ${wait ? sayWait(wait) : ""} (on-approval: fail)`,
    {
      nextStep: `approve or reject it at ${record.executionUrl}, then run this step again with execution-id: ${record.executionId}.`,
    },
  );
}
