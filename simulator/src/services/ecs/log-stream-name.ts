import type { ContainerDefinition } from "@aws-sdk/client-ecs";

/** Returns the log stream of a container as the awslogs driver names it on Fargate: `prefix/container/task id`. */
export function logStreamName({ name, logConfiguration }: ContainerDefinition, taskId: string): string {
  return `${logConfiguration?.options?.["awslogs-stream-prefix"]}/${name}/${taskId}`;
}
