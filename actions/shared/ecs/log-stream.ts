import type { ContainerDefinition } from "@aws-sdk/client-ecs";

/** The CloudWatch Logs stream of one container of one task. */
export interface LogStream {
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Undefined: the region of the action itself. */
  readonly region: string | undefined;
}

/**
 * Returns the stream from the awslogs options of the container's definition: `prefix/container/task id`. Undefined with
 * another log driver, or without a prefix, as the stream then has an id that ECS does not show.
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
