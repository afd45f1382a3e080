import type { ContainerDefinition, Task } from "@aws-sdk/client-ecs";
import { isAccessDenied, isThrottled, isTransient } from "../../core/aws-errors.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { type FailedTask, logStopped, stoppedByItself, toFailedTask } from "../../ecs/failed-task.ts";
import { describeRevision } from "../../ecs/revision.ts";
import { describeTasks, listTasks, type ServiceName } from "../../ecs/service.ts";
import type { Snapshot } from "../engine.ts";
import type { DeploymentRecord } from "../record.ts";

export interface Replacement extends ServiceName {
  readonly revision: string;
  /** Id of the task set or ECS deployment; undefined matches all of the revision's tasks. */
  readonly startedBy: string | undefined;
}

/**
 * Finds tasks of the replacement that stopped unexpectedly, oldest first. ECS keeps stopped tasks for an hour, so
 * `startedBy` excludes those of an earlier try of the same revision. `known` holds tasks that need no second read.
 */
export async function findFailedTasks(
  context: EcsContext,
  replacement: Replacement,
  known: Map<string, Task> = new Map(),
): Promise<FailedTask[]> {
  const { cluster, service: serviceName } = replacement;
  const arns = await listTasks(context, { cluster, serviceName, desiredStatus: "STOPPED" });
  const unseen = arns.filter((arn) => !known.has(arn));
  for (const task of await describeTasks(context, cluster, unseen))
    if (task.lastStatus === "STOPPED") known.set(task.taskArn ?? "", task);
  const failed = [...known.values()].filter((task) => belongsTo(task, replacement) && stoppedByItself(task));
  // Which of several containers is to blame depends on their definitions.
  const isUnclear = failed.some(({ containers = [] }) => containers.length > 1);
  const definitions = isUnclear ? await readContainers(context, replacement.revision) : [];
  return failed
    .map((task) => toFailedTask(task, definitions))
    .sort((one, other) => one.stoppedAt - other.stoppedAt);
}

const read = new WeakMap<EcsContext, Map<string, ContainerDefinition[]>>();

/** Returns a revision's containers, which never change; empty when they cannot be read. */
export async function readContainers(context: EcsContext, revision: string): Promise<ContainerDefinition[]> {
  const known = read.get(context) ?? new Map<string, ContainerDefinition[]>();
  read.set(context, known);
  if (!known.has(revision)) {
    const found = await describeRevision(context, revision).catch((error: Error) => {
      context.log.info(`Could not read the revision's containers: ${error.message}`);
      return undefined;
    });
    if (!found) return [];
    known.set(revision, found.taskDefinition?.containerDefinitions ?? []);
  }
  return known.get(revision) ?? [];
}

export function belongsTo(task: Task, { revision, startedBy }: Replacement): boolean {
  return task.taskDefinitionArn === revision && (startedBy === undefined || task.startedBy === startedBy);
}

/** Each check costs a call, and crashing tasks keep crashing for minutes: after the first crash, every poll checks. */
const firstMs = 45_000;
/**
 * Where the controller counts no failed tasks, one early check is worth it: with the image on an instance, tasks crash
 * in seconds.
 */
const uncountedFirstMs = 4_000;
/** The longer no task has crashed, the rarer the checks. */
const pauses = { shortest: 60_000, longest: 300_000, share: 0.6 };

interface Watched extends ServiceName {
  readonly revision: string;
  readonly maxFailedTasks: number;
  readonly record: Pick<DeploymentRecord, "failedTasks">;
}

/**
 * Logs each task of the new revision that stops unexpectedly, and returns true once there are too many. CodeDeploy has
 * no circuit breaker and would allow ECS to start such tasks for an hour, a service of ECS without one forever.
 */
export function watchTasks(
  context: EcsContext,
  { cluster, service, revision, maxFailedTasks, record }: Watched,
): (snapshot: Snapshot) => Promise<boolean> {
  const known = new Map<string, Task>();
  let isAllowed = true;
  let hasLooked = false;
  const startedAt = context.clock.now();
  let dueAt = startedAt + firstMs;
  /** Returns undefined when AWS does not show the tasks. */
  const search = async (replacement: Replacement): Promise<FailedTask[] | undefined> => {
    if (!isAllowed) return undefined;
    try {
      return await findFailedTasks(context, replacement, known);
    } catch (error) {
      if (isThrottled(error) || isTransient(error)) return undefined;
      if (!isAccessDenied(error)) throw error;
      isAllowed = false;
      context.log.warning(
        "Stopped tasks cannot be counted (max-failed-tasks): the role lacks ecs:ListTasks or ecs:DescribeTasks.",
      );
      return undefined;
    }
  };
  return async ({ startedBy, failedTasks, near, quietUntil }) => {
    const tooMany = (failedTasks ?? 0) >= maxFailedTasks;
    if (!startedBy) return tooMany;
    const now = context.clock.now();
    const isEnding = near === "complete" && quietUntil === undefined;
    const isFirst = failedTasks === undefined && !hasLooked && now >= startedAt + uncountedFirstMs;
    const isDue = record.failedTasks.length > 0 || isFirst || now >= dueAt;
    if (!tooMany && (isEnding || !isDue)) return false;
    hasLooked = true;
    const { shortest, longest, share } = pauses;
    if (now >= dueAt) dueAt = now + Math.min(longest, Math.max(shortest, (now - startedAt) * share));
    const failed = await search({ cluster, service, revision, startedBy });
    if (!failed) return tooMany;
    keepFailed(context, record, failed);
    return tooMany || failed.length >= maxFailedTasks;
  };
}

/** Keeps failed tasks on the record, and logs the new ones. */
export function keepFailed(
  { log }: Pick<EcsContext, "log">,
  record: Pick<DeploymentRecord, "failedTasks">,
  failed: readonly FailedTask[],
): void {
  const before = record.failedTasks.length;
  for (const index of failed.keys()) if (index >= before) logStopped(log, failed.slice(0, index + 1));
  record.failedTasks = [...failed];
}
