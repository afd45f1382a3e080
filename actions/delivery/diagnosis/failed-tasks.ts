import { DescribeTasksCommand, paginateListTasks, type Task } from "@aws-sdk/client-ecs";
import type { EcsContext } from "../../shared/ecs/context.ts";
import { type FailedTask, stoppedByItself, toFailedTask } from "../../shared/ecs/failed-task.ts";
import type { ServiceName } from "../../shared/ecs/service.ts";

export interface Replacement extends ServiceName {
  readonly revision: string;
  /** Id of the task set or ECS deployment; undefined matches all of the revision's tasks. */
  readonly startedBy: string | undefined;
}

/** DescribeTasks takes at most this many (API reference). */
const describeAtMost = 100;

/**
 * Finds tasks of the replacement that stopped unexpectedly, oldest first. ECS keeps stopped tasks for an hour, so
 * `startedBy` excludes those of an earlier try of the same revision. `known` holds tasks that need no second read.
 */
export async function findFailedTasks(
  context: EcsContext,
  replacement: Replacement,
  known: Map<string, Task>,
  signal?: AbortSignal,
): Promise<FailedTask[]> {
  const { cluster, service } = replacement;
  const arns: string[] = [];
  const query = { cluster, serviceName: service, desiredStatus: "STOPPED" } as const;
  for await (const page of paginateListTasks({ client: context.clients.ecs }, query))
    arns.push(...(page.taskArns ?? []));
  const unseen = arns.filter((arn) => !known.has(arn));
  for (let from = 0; from < unseen.length; from += describeAtMost) {
    const command = new DescribeTasksCommand({ cluster, tasks: unseen.slice(from, from + describeAtMost) });
    const { tasks = [] } = await context.clients.ecs.send(command, signal ? { abortSignal: signal } : {});
    for (const task of tasks) if (task.lastStatus === "STOPPED") known.set(task.taskArn ?? "", task);
  }
  return [...known.values()]
    .filter((task) => belongsTo(task, replacement) && stoppedByItself(task))
    .map(toFailedTask)
    .sort((one, other) => one.stoppedAt - other.stoppedAt);
}

function belongsTo(task: Task, { revision, startedBy }: Replacement): boolean {
  return task.taskDefinitionArn === revision && (startedBy === undefined || task.startedBy === startedBy);
}
