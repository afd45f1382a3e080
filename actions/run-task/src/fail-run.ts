import type { ContainerDefinition, Task } from "@aws-sdk/client-ecs";
import type { EcsContext } from "../../shared/ecs/context.ts";
import { toFailedTask } from "../../shared/ecs/failed-task.ts";
import { readLogTail } from "../../shared/ecs/log-tail.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { type Cause, causeOfTask } from "../../shared/ecs/task-causes.ts";
import { Failure } from "../../shared/failure.ts";
import { type RunRecord, taskId } from "./record.ts";
import { faultyContainers } from "./verdict.ts";

/** Finds out why the task failed, adds it to the record, and returns the Failure. */
export async function failRun(
  context: EcsContext,
  record: RunRecord,
  containers: readonly ContainerDefinition[],
  task: Task,
): Promise<Failure> {
  const byHand = task.stopCode === "UserInitiated";
  const cause = byHand ? causeOfStop(task) : await causeOfFailure(context, record, containers, task);
  record.status = byHand ? "stopped" : "failed";
  record.cause = cause.text;
  return new Failure(`${cause.text} (task ${taskId(record)} of ${shortRevision(record.revision)})`, {
    nextStep: cause.nextStep,
  });
}

function causeOfStop({ stoppedReason = "" }: Task): Cause {
  return {
    text: `Somebody stopped the task: ${stoppedReason}`,
    nextStep: "find out who did, in CloudTrail's StopTask events, and run the job again.",
  };
}

async function causeOfFailure(
  context: EcsContext,
  record: RunRecord,
  containers: readonly ContainerDefinition[],
  task: Task,
): Promise<Cause> {
  const failed = toFailedTask({ ...task, containers: faultyContainers(task, record.container) });
  const logLines = await logOf(context, record, containers, failed.container);
  return (
    causeOfTask({ ...failed, logLines }) ?? {
      text: `The task stopped (${task.stopCode}): ${task.stoppedReason}`,
      nextStep: "run the job again; if it stops for the same reason, open the task in the ECS console.",
    }
  );
}

async function logOf(
  context: EcsContext,
  record: RunRecord,
  containers: readonly ContainerDefinition[],
  name: string,
): Promise<readonly string[]> {
  if (name === record.container) return record.logLines;
  const container = containers.find((candidate) => candidate.name === name);
  return readLogTail(context, container, taskId(record));
}
