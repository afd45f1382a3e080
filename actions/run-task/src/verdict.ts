import type { Container, Task } from "@aws-sdk/client-ecs";

/** 128 + SIGTERM and 128 + SIGKILL: how ECS ends the remaining containers when an essential one has exited. */
const signalled = [143, 137];

/**
 * Returns the containers that prevent a success, the likeliest culprit first. The chosen one has to exit with 0, and
 * the others too, unless ECS ended them because the task was over.
 */
export function faultyContainers(task: Task, chosen: string): Container[] {
  const others = (container: Container) => Number(container.name !== chosen);
  return (task.containers ?? [])
    .filter((container) => container.exitCode !== 0 && (container.name === chosen || !wasEnded(container)))
    .sort((one, other) => Number(wasEnded(one)) - Number(wasEnded(other)) || others(one) - others(other));
}

/**
 * Returns whether ECS ended it, as far as the exit code shows; a container that ran out of memory has a reason of its
 * own.
 */
function wasEnded({ exitCode, reason }: Container): boolean {
  return exitCode !== undefined && signalled.includes(exitCode) && !reason;
}

/** Returns true only if the task stopped because an essential container exited, and all did so with 0. */
export function hasSucceeded(task: Task, chosen: string): boolean {
  return task.stopCode === "EssentialContainerExited" && faultyContainers(task, chosen).length === 0;
}
