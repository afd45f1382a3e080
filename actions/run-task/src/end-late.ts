import type { Task } from "@aws-sdk/client-ecs";
import { formatDuration } from "../../shared/duration.ts";
import { lastTellingLine } from "../../shared/ecs/log-tail.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { Failure } from "../../shared/failure.ts";
import { follow, type Run } from "./follow.ts";
import { keepTask, taskId } from "./record.ts";
import { stopTask } from "./stop.ts";

/** The longest stopTimeout that Fargate accepts (2 min), with room for the rest of the task's end. */
const settleMs = 3 * 60_000;

/** Stops a task that is late, unless on-cancel leaves it, and returns the Failure that says how far it got. */
export async function endLate(run: Run, task: Task | undefined): Promise<Failure> {
  const { inputs, record } = run;
  record.status = "timed-out";
  if (inputs.onCancel === "stop") await stopAndSettle(run, task);
  record.cause = `Not done after ${formatDuration(inputs.deadlineMs)}: ${sayState(run, task)}`;
  const fate = inputs.onCancel === "stop" ? "it was stopped" : "it continues";
  return new Failure(
    `${record.cause} (task ${taskId(record)} of ${shortRevision(record.revision)}; ${fate}, on-cancel: ${inputs.onCancel})`,
    { nextStep: "raise the input deadline, or read in its log what the task waits for." },
  );
}

function sayState({ record }: Run, task: Task | undefined): string {
  if (task?.lastStatus !== "RUNNING") return `the task was ${task?.lastStatus ?? "unknown to ECS"}`;
  const line = lastTellingLine(record.logLines);
  return `container ${record.container} ran${line ? ` and last logged: ${line}` : " without a line in its log"}`;
}

async function stopAndSettle(run: Run, known: Task | undefined): Promise<void> {
  const { context, record, inputs } = run;
  await stopTask(context, record, `Not done after ${formatDuration(inputs.deadlineMs)}`);
  const deadlineAt = context.clock.now() + settleMs;
  const { task } = await follow(run, { until: "stopped", deadlineAt, known });
  if (task) keepTask(record, task);
}
