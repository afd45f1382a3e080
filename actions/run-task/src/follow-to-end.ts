import type { Task } from "@aws-sdk/client-ecs";
import { formatDuration } from "../../shared/duration.ts";
import { lastTellingLine } from "../../shared/ecs/log-tail.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { Failure } from "../../shared/failure.ts";
import { failRun } from "./fail-run.ts";
import { type Ending, follow, type Run } from "./follow.ts";
import { keepTask, taskId } from "./record.ts";
import { stopTask } from "./stop.ts";
import { hasSucceeded } from "./verdict.ts";

/** Follows the task to the wanted stage; throws the cause of any other end. */
export async function followToEnd(run: Run): Promise<void> {
  const { context, record, log, containers } = run;
  const { kind, task } = await followOrCancel(run);
  if (task) keepTask(record, task);
  if (kind === "deadline") throw await endLate(run, task);
  if (kind === "started") {
    record.status = "started";
    return;
  }
  const succeeded = hasSucceeded(task, record.container);
  // When a task is STOPPED its log is usually complete; only a failure waits for the last lines.
  const toldAll = succeeded && task.lastStatus === "STOPPED" && log.tail.length > 0;
  if (record.exitCode !== undefined && !toldAll) await log.showRest();
  if (!succeeded) throw await failRun(context, record, containers, task);
  record.status = "succeeded";
}

async function followOrCancel(run: Run): Promise<Ending> {
  const { context, record, inputs, deadlineAt } = run;
  try {
    return await follow(run, { until: inputs.waitUntil, deadlineAt, known: undefined });
  } catch (error) {
    if (context.signal.aborted) throw await cancel(run);
    context.log.warning(`Task ${taskId(record)} continues; this job can no longer follow it.`);
    throw error;
  }
}

/** Cancels within the runner's few seconds: asks ECS, reports it, and ends. */
async function cancel({ context, inputs, record }: Run): Promise<Failure> {
  record.status = "cancelled";
  const reason = (context.signal.reason as Error).message.replace(/\.$/, "");
  if (inputs.onCancel === "leave")
    return new Failure(`${reason}; task ${taskId(record)} continues (on-cancel: leave)`);
  await stopTask(context, record, reason);
  return new Failure(`${reason}; task ${taskId(record)} is being stopped (on-cancel: stop)`);
}

/** The longest stopTimeout that Fargate accepts (2 min), with room for the rest of the task's end. */
const settleMs = 3 * 60_000;

/** Stops a task that is late, unless on-cancel leaves it, and returns the Failure that says how far it got. */
async function endLate(run: Run, task: Task | undefined): Promise<Failure> {
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
