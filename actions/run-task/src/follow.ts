import { type ContainerDefinition, DescribeTasksCommand, type Task } from "@aws-sdk/client-ecs";
import { isThrottled } from "../../shared/aws-errors.ts";
import { formatDuration } from "../../shared/duration.ts";
import type { EcsContext } from "../../shared/ecs/context.ts";
import { createPace } from "../../shared/pace.ts";
import type { RunInputs } from "./inputs.ts";
import type { RunRecord } from "./record.ts";
import type { TaskLog } from "./task-log.ts";

export interface Run {
  readonly context: EcsContext;
  readonly inputs: RunInputs;
  readonly record: RunRecord;
  readonly log: TaskLog;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** Containers of the running revision. */
  readonly containers: readonly ContainerDefinition[];
}

export interface Goal {
  readonly until: "started" | "stopped";
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  readonly known: Task | undefined;
}

export type Ending =
  | { readonly kind: "started" | "stopped"; readonly task: Task }
  /** Undefined when ECS never showed the task. */
  | { readonly kind: "deadline"; readonly task: Task | undefined };

/** Many tasks, such as a migration with nothing to do, end within a second of their start. */
const fastestMs = 500;

/**
 * Polls the task and its log until it reaches the wanted stage, has ended, or the deadline has passed; the last poll is
 * at the deadline.
 */
export async function follow(run: Run, { until, deadlineAt, known }: Goal): Promise<Ending> {
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
