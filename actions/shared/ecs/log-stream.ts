import type { ContainerDefinition } from "@aws-sdk/client-ecs";

/** Where CloudWatch Logs keeps what one container of one task writes. */
export interface LogStream {
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Undefined: that of the action itself. */
  readonly region: string | undefined;
}

/**
 * By the awslogs options of the container's definition: `prefix/container/task id`. Undefined with another log driver,
 * or without a prefix, as the stream is then named after an id that ECS does not tell.
 */
export function logStreamOf(
  container: ContainerDefinition | undefined,
  taskId: string,
): LogStream | undefined {
  const { logDriver, options = {} } = container?.logConfiguration ?? {};
  const [logGroupName, prefix] = [options["awslogs-group"], options["awslogs-stream-prefix"]];
  if (!container || logDriver !== "awslogs" || !logGroupName || !prefix) return undefined;
  return {
    logGroupName,
    logStreamName: `${prefix}/${container.name}/${taskId}`,
    region: options["awslogs-region"],
  };
}
