import type { Container, ContainerDefinition, Task } from "@aws-sdk/client-ecs";

/** 128 + SIGTERM and 128 + SIGKILL: how ECS ends the remaining containers when an essential one has exited. */
const signalled = [143, 137];

/**
 * Returns whether ECS ended it, as far as the exit code shows; a container that ran out of memory has a reason of its
 * own.
 */
export function wasEnded({ exitCode, reason }: Container): boolean {
  return exitCode !== undefined && signalled.includes(exitCode) && !reason;
}

/**
 * Returns a task's containers, the one that ended it first. DescribeTasks shows no time of a container's end (API
 * reference, Container), so these are the signs, the strongest first: AWS's reason for this container, an exit code that
 * is not a signal, a SIGKILL for which ECS would have waited longer, success, which is also a polite end, and another
 * signal, which is ECS's own end of the rest. A container that is not essential ends no task. One that the definition does not have is AWS's own, such as the proxy of Service Connect.
 */
export function suspects(task: Task, definitions: readonly ContainerDefinition[] = []): Container[] {
  const rank = rankOf(task, definitions);
  return (task.containers ?? []).toSorted((one, other) => rank(one) - rank(other));
}

function rankOf(task: Task, definitions: readonly ContainerDefinition[]): (container: Container) => number {
  const { stoppedReason = "", stopCode } = task;
  const definitionOf = ({ name }: Container) => definitions.find((each) => each.name === name);
  if (/failed container health checks/i.test(stoppedReason))
    return (each) => Number(each.healthStatus !== "UNHEALTHY") + Number(!definitionOf(each)?.healthCheck);
  if (/health check/i.test(stoppedReason)) return (each) => Number(!definitionOf(each)?.portMappings?.length);
  return (each) => {
    const definition = definitionOf(each);
    const isAside = stopCode !== "TaskFailedToStart" && definition?.essential === false;
    return signOf(each, task, definition) + (isAside ? 10 : 0) + (definition ? 0 : 0.5);
  };
}

function signOf(container: Container, task: Task, definition: ContainerDefinition | undefined): number {
  const { reason, exitCode } = container;
  if (reason || (exitCode === 137 && /OutOfMemory/i.test(task.stoppedReason ?? ""))) return 0;
  if (exitCode === undefined) return 6;
  if (!wasEnded(container)) return exitCode === 0 ? 2 : 1;
  if (exitCode === 143) return 4;
  return isQuick(task, definition) ? 1.6 : 5;
}

/** ECS waits before it sends SIGKILL (ContainerDefinition, stopTimeout; 30 s by default): a quicker one is another's. */
function isQuick(
  { stoppingAt, executionStoppedAt }: Task,
  { stopTimeout = 30 }: ContainerDefinition = {},
): boolean {
  return Number(executionStoppedAt) - Number(stoppingAt) < stopTimeout * 1_000;
}

/** Returns the containers that may as well have ended the task as the first of `ordered`: both exited with an error. */
export function equalSuspects([first, ...others]: readonly Container[]): Container[] {
  const exitedAlone = (each: Container) => Boolean(each.exitCode) && !each.reason && !wasEnded(each);
  return first && exitedAlone(first) ? others.filter(exitedAlone) : [];
}
