import { randomUUID } from "node:crypto";
import type { ApprovalResult } from "@aws-sdk/client-codepipeline";
import type { ActionJob, ActionResult } from "./action.ts";
import { ActionFailure } from "./failure.ts";

/** Waits until PutApprovalResult approves or rejects. */
export async function waitForApproval({ run, signal }: ActionJob): Promise<ActionResult> {
  const { status, summary } = await decision(run, signal).finally(() => {
    run.approval = undefined;
  });
  run.summary = summary;
  if (status === "Approved") return { summary };
  throw new ActionFailure("JobFailed", summary || "Rejected by the approver.");
}

function decision(run: ActionJob["run"], signal: AbortSignal): Promise<ApprovalResult> {
  return new Promise((decide, reject) => {
    run.approval = { token: randomUUID(), decide };
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
