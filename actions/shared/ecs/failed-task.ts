import type { Container, Task } from "@aws-sdk/client-ecs";

/** A task that stopped unexpectedly, described by the container that caused it. */
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

/** Returns false when a person, a scale-in or the deployment's own end stopped it. */
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

/** Returns the container with a reason of its own, else the one with the worst exit code. */
function culprit(containers: readonly Container[]): Container | undefined {
  return (
    containers.find(({ reason }) => reason) ?? containers.find(({ exitCode }) => exitCode) ?? containers[0]
  );
}
