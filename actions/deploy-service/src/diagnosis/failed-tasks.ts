import { type Container, DescribeTasksCommand, paginateListTasks, type Task } from "@aws-sdk/client-ecs";
import type { World } from "../clients.ts";
import type { ServiceName } from "../service.ts";

/** A task that stopped by itself, seen through the container that made it stop. */
export interface FailedTask {
  readonly taskId: string;
  readonly stoppedAt: number;
  readonly stopCode: string;
  readonly stoppedReason: string;
  readonly container: string;
  readonly exitCode: number | undefined;
  readonly containerReason: string | undefined;
  /** The end of the container's log, filled in only when the failure is explained. */
  readonly logLines: readonly string[];
}

export interface Replacement extends ServiceName {
  readonly revision: string;
  /** Undefined: whatever task set started the revision's tasks. */
  readonly taskSet: string | undefined;
}

/** DescribeTasks takes at most this many (API reference). */
const describeAtMost = 100;

/**
 * Tasks of the replacement that stopped by themselves, oldest first. ECS keeps stopped tasks for an hour, so those of
 * an earlier try of the same revision are told apart by their task set. `known` holds what needs no second look.
 */
export async function findFailedTasks(
  world: World,
  replacement: Replacement,
  known: Map<string, Task>,
  signal?: AbortSignal,
): Promise<FailedTask[]> {
  const { cluster, service } = replacement;
  const arns: string[] = [];
  const query = { cluster, serviceName: service, desiredStatus: "STOPPED" } as const;
  for await (const page of paginateListTasks({ client: world.clients.ecs }, query))
    arns.push(...(page.taskArns ?? []));
  const unseen = arns.filter((arn) => !known.has(arn));
  for (let from = 0; from < unseen.length; from += describeAtMost) {
    const command = new DescribeTasksCommand({ cluster, tasks: unseen.slice(from, from + describeAtMost) });
    const { tasks = [] } = await world.clients.ecs.send(command, signal ? { abortSignal: signal } : {});
    for (const task of tasks) if (task.lastStatus === "STOPPED") known.set(task.taskArn ?? "", task);
  }
  return [...known.values()]
    .filter((task) => belongsTo(task, replacement) && stoppedByItself(task))
    .map(toFailedTask)
    .sort((one, other) => one.stoppedAt - other.stoppedAt);
}

function belongsTo(task: Task, { revision, taskSet }: Replacement): boolean {
  return task.taskDefinitionArn === revision && (taskSet === undefined || task.startedBy === taskSet);
}

/** Not when a person, a scale-in or the deployment's own end stopped it. */
export function stoppedByItself({ stopCode, stoppedReason = "" }: Task): boolean {
  if (stopCode === "EssentialContainerExited" || stopCode === "TaskFailedToStart") return true;
  return stopCode === "ServiceSchedulerInitiated" && /health check/i.test(stoppedReason);
}

export function toFailedTask(task: Task): FailedTask {
  const container = culprit(task.containers ?? []);
  return {
    taskId: (task.taskArn ?? "").split("/").at(-1) ?? "",
    stoppedAt: (task.stoppedAt ?? task.stoppingAt ?? task.createdAt)?.getTime() ?? 0,
    stopCode: task.stopCode ?? "",
    stoppedReason: task.stoppedReason ?? "",
    container: container?.name ?? "",
    exitCode: container?.exitCode,
    containerReason: container?.reason,
    logLines: [],
  };
}

/** The container with a reason of its own, else the one with the worst exit code. */
function culprit(containers: readonly Container[]): Container | undefined {
  return (
    containers.find(({ reason }) => reason) ?? containers.find(({ exitCode }) => exitCode) ?? containers[0]
  );
}
