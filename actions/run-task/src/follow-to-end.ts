import {
  type Container,
  type ContainerDefinition,
  DescribeTasksCommand,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { isThrottled } from "../../core/aws-errors.ts";
import { formatDuration } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { createPace } from "../../core/pace.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { toFailedTask, withLog } from "../../ecs/failed-task.ts";
import { lastWords } from "../../ecs/last-words.ts";
import type { Ways } from "../../ecs/network/task-ways.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { suspects, wasEnded } from "../../ecs/suspects.ts";
import { type Cause, causeOfTask, withWays } from "../../ecs/task-causes.ts";
import type { RunInputs } from "./inputs.ts";
import { keepTask, type RunRecord, taskId } from "./record.ts";
import type { TaskLog } from "./task-log.ts";

/** Follows the task to the wanted stage; throws the cause of any other end. */
export async function followToEnd(run: Run): Promise<void> {
  const { record, log } = run;
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
  if (!succeeded) throw await failRun(run, task);
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
async function cancel({ context, record }: Run): Promise<Failure> {
  record.status = "cancelled";
  const reason = (context.signal.reason as Error).message.replace(/\.$/, "");
  await stopTask(context, record, reason);
  return new Failure(`${reason}; task ${taskId(record)} is being stopped`);
}

/** The longest stopTimeout that Fargate accepts (2 min), with room for the rest of the task's end. */
const settleMs = 3 * 60_000;

/** Stops a task that is late, and returns the Failure that says how far it got. */
async function endLate(run: Run, known: Task | undefined): Promise<Failure> {
  const { context, inputs, record } = run;
  const late = `Not done after ${formatDuration(inputs.deadlineMs)}`;
  record.status = "timed-out";
  // The program may log that it is asked to end, which explains nothing.
  const state = sayState(run, known);
  await stopTask(context, record, late);
  const deadlineAt = context.clock.now() + settleMs;
  const { task } = await follow(run, { until: "stopped", deadlineAt, known });
  if (task) keepTask(record, task);
  record.cause = `${late}: ${state}`;
  return new Failure(
    `${record.cause} (task ${taskId(record)} of ${shortRevision(record.revision)}; it was stopped)`,
    { nextStep: "raise the input deadline, or read in its log what the task waits for." },
  );
}

function sayState({ record }: Run, task: Task | undefined): string {
  if (task?.lastStatus !== "RUNNING") return `the task was ${task?.lastStatus ?? "unknown to ECS"}`;
  const line = lastWords(record.logLines);
  return `container ${record.container} ran${line ? ` and last logged: ${line}` : " without a line in its log"}`;
}

/** Asks ECS to stop the task; one that has stopped already stays as it is. */
async function stopTask(context: EcsContext, { cluster, taskArn }: RunRecord, reason: string): Promise<void> {
  // Not abortable: a cancelled job must still be able to stop its task.
  await context.clients.ecs.send(new StopTaskCommand({ cluster, task: taskArn, reason }));
  context.log.info(`Asked ECS to stop the task: ${reason}.`);
}

/** Finds out why the task failed, adds it to the record, and returns the Failure. */
async function failRun(run: Run, task: Task): Promise<Failure> {
  const { record } = run;
  const byHand = task.stopCode === "UserInitiated";
  const cause = byHand ? causeOfStop(task) : await withNetwork(run, await causeOfFailure(run, task));
  record.status = byHand ? "stopped" : "failed";
  record.cause = cause.text;
  return new Failure(`${cause.text} (task ${taskId(record)} of ${shortRevision(record.revision)})`, {
    nextStep: cause.nextStep,
  });
}

/** Names what the network closes, where a connection of the task got no response. */
async function withNetwork({ context, readNetwork }: Run, cause: Cause): Promise<Cause> {
  if (!cause.way) return cause;
  try {
    return withWays(cause, (await readNetwork()).ways);
  } catch (error) {
    context.log.info(`Could not read the network: ${(error as Error).message}`);
    return cause;
  }
}

function causeOfStop({ stoppedReason = "" }: Task): Cause {
  return {
    text: `Somebody stopped the task: ${stoppedReason}`,
    nextStep: "find out who did, in CloudTrail's StopTask events, and run the job again.",
  };
}

async function causeOfFailure({ context, record, containers }: Run, task: Task): Promise<Cause> {
  const [first] = suspects(task, containers);
  if (first?.exitCode === 0 && first.name !== record.container)
    return {
      text: `Container ${first.name} exited with code 0, which ended the task before container ${record.container} was done`,
      nextStep: `set "essential" of ${first.name} to false, or let it run until ${record.container} is done.`,
    };
  const faulty = { ...task, containers: faultyContainers(task, record.container) };
  const failed = await withLog(context, containers, toFailedTask(faulty, containers));
  return (
    causeOfTask(failed) ?? {
      text: `The task stopped (${task.stopCode}): ${task.stoppedReason}`,
      nextStep: "run the job again; if it stops for the same reason, open the task in the ECS console.",
    }
  );
}

/**
 * Returns the containers that prevent a success, the likeliest culprit first. The chosen one has to exit with 0, and
 * the others too, unless ECS ended them because the task was over.
 *
 * @internal
 */
export function faultyContainers(task: Task, chosen: string): Container[] {
  const containers = (task.containers ?? []).toSorted(
    (one, other) => Number(one.name !== chosen) - Number(other.name !== chosen),
  );
  return suspects({ ...task, containers }).filter(
    (container) => container.exitCode !== 0 && (container.name === chosen || !wasEnded(container)),
  );
}

/**
 * Returns true only if the task stopped because an essential container exited, and all did so with 0.
 *
 * @internal
 */
export function hasSucceeded(task: Task, chosen: string): boolean {
  return task.stopCode === "EssentialContainerExited" && faultyContainers(task, chosen).length === 0;
}

interface Run {
  readonly context: EcsContext;
  readonly inputs: RunInputs;
  readonly record: RunRecord;
  readonly log: TaskLog;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** Containers of the running revision. */
  readonly containers: readonly ContainerDefinition[];
  /** Reads who reaches whom in the task's network. */
  readonly readNetwork: () => Promise<Ways>;
}

interface Goal {
  readonly until: "started" | "stopped";
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  readonly known: Task | undefined;
}

type Ending =
  | { readonly kind: "started" | "stopped"; readonly task: Task }
  /** Undefined when ECS never showed the task. */
  | { readonly kind: "deadline"; readonly task: Task | undefined };

/** Many tasks, such as a migration with nothing to do, end within a second of their start. */
const fastestMs = 500;

/**
 * Polls the task and its log until it reaches the wanted stage, has ended, or the deadline has passed; the last poll is
 * at the deadline.
 */
async function follow(run: Run, { until, deadlineAt, known }: Goal): Promise<Ending> {
  const { context, log } = run;
  const pace = createPace(Math.random, fastestMs);
  let last = known;
  for (;;) {
    const overdue = context.clock.now() >= deadlineAt;
    const task = await poll(run);
    const news = task ? changes(last, task) : [];
    const at = formatDuration(context.clock.now() - run.startedAt).padStart(12);
    for (const line of news) context.log.info(`${at}  ${line}`);
    const wrote = await log.show();
    last = task ?? last;
    if (task && isOver(task)) return { kind: "stopped", task };
    if (task?.lastStatus === "RUNNING" && until === "started") return { kind: "started", task };
    if (overdue) return { kind: "deadline", task: last };
    const pause = task ? pace.next(wrote || news.length > 0) : pace.slowest();
    await context.clock.wait(Math.min(pause, Math.max(0, deadlineAt - context.clock.now())), context.signal);
  }
}

/** Returns undefined when AWS throttles, or does not know the started task yet. */
async function poll({ context, record: { cluster, taskArn } }: Run): Promise<Task | undefined> {
  const command = new DescribeTasksCommand({ cluster, tasks: [taskArn] });
  try {
    return (await context.clients.ecs.send(command, { abortSignal: context.signal })).tasks?.[0];
  } catch (error) {
    if (!isThrottled(error)) throw error;
    context.log.info("AWS throttles the requests; polling less often.");
    return undefined;
  }
}

/** Removing the network interface can last a minute after all results are known. */
function isOver({ lastStatus, containers = [] }: Task): boolean {
  if (lastStatus === "STOPPED") return true;
  return lastStatus === "DEPROVISIONING" && containers.every(({ exitCode }) => exitCode !== undefined);
}

function changes(before: Task | undefined, now: Task): string[] {
  const lines: string[] = [];
  if (before?.lastStatus !== now.lastStatus) lines.push(`task ${now.lastStatus}`);
  if (now.stoppedReason && before?.stoppedReason !== now.stoppedReason) lines.push(now.stoppedReason);
  return lines;
}
