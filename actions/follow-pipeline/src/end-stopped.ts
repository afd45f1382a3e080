import { Failure } from "../../shared/failure.ts";
import { type Execution, listExecutions } from "./executions.ts";
import type { Following } from "./following.ts";
import type { Snapshot } from "./snapshot.ts";

/** Handles Superseded, Stopped and Cancelled: in none of them did this execution's revisions pass all stages. */
export async function endStopped(following: Following, snapshot: Snapshot): Promise<Failure> {
  const { context, inputs, record } = following;
  const history = await listExecutions(context, inputs.pipeline);
  const name = `Execution ${record.executionId} of ${inputs.pipeline}`;
  if (snapshot.status === "Superseded") {
    record.status = "superseded";
    return superseded(name, supersederOf(history, record.executionId));
  }
  record.status = "stopped";
  const reason = history.find(({ id }) => id === record.executionId)?.stopReason || snapshot.statusSummary;
  const words = reason ? `: ${reason.replace(/\.$/, "")}` : "";
  if (snapshot.status === "Cancelled")
    return new Failure(
      `${name} was cancelled by CodePipeline because the pipeline's definition changed${words}`,
      {
        nextStep: "run this job again after the last change to the pipeline.",
      },
    );
  return new Failure(`${name} was stopped${words}`, {
    nextStep: "find out who did, in CloudTrail's StopPipelineExecution events, and run this job again.",
  });
}

function superseded(name: string, by: Execution | undefined): Failure {
  const revisions = [...(by?.revisions.values() ?? [])].join(", ");
  const who = by ? ` by ${by.id}${revisions ? ` (${revisions})` : ""}, which ${sayStatus(by)}` : "";
  return new Failure(`${name} was superseded${who}: its own revisions were not deployed`, {
    nextStep: by
      ? `nothing, if the newer change contains this one; follow it with execution-id: ${by.id}. Otherwise run this job again.`
      : "run this job again.",
  });
}

function sayStatus({ status }: Execution): string {
  return status === "InProgress" ? "is in progress" : `has ${status}`;
}

/** Finds the execution that continued in its place: the next newer one that was not superseded itself. */
export function supersederOf(history: readonly Execution[], id: string): Execution | undefined {
  const newer = history.slice(
    0,
    Math.max(
      0,
      history.findIndex((each) => each.id === id),
    ),
  );
  return newer.findLast(({ status }) => status !== "Superseded") ?? newer.at(-1);
}
