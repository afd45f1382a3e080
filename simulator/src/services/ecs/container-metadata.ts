import type { Container, ContainerDefinition } from "@aws-sdk/client-ecs";
import { lastPart } from "../../kit/last-part.ts";
import type { ContainerMetadata } from "../../runtime/tasks/metadata-server.ts";
import type { TaskRecord } from "./state.ts";

/** Linux gives a container at least this many CPU shares (TaskDefinition, `cpu` of a container). */
const leastCpuShares = 2;

/**
 * Returns the metadata of one container at ECS_CONTAINER_METADATA_URI_V4, in the shapes of "Amazon ECS task metadata v4
 * JSON response for tasks on Fargate" (ECS developer guide). Statistics, storage and networks are not simulated.
 */
export function metadataOf(record: TaskRecord, container: Container): ContainerMetadata {
  return {
    id: container.runtimeId as string,
    container: () => describeContainer(record, container),
    task: () => describeTask(record),
  };
}

function describeTask(record: TaskRecord): object {
  const { task, definition } = record;
  return {
    Cluster: task.clusterArn,
    TaskARN: task.taskArn,
    Family: definition.family,
    Revision: String(definition.revision),
    ServiceName: record.service?.name,
    DesiredStatus: task.desiredStatus,
    KnownStatus: record.containersStartedAt.size < task.containers.length ? "PULLED" : "RUNNING",
    // Fargate's tasks always have both; here in vCPUs and MiB.
    Limits: { CPU: Number(definition.cpu) / 1024, Memory: Number(definition.memory) },
    PullStartedAt: task.pullStartedAt,
    PullStoppedAt: task.pullStoppedAt,
    AvailabilityZone: task.availabilityZone,
    LaunchType: "FARGATE",
    Containers: task.containers.map((container) => describeContainer(record, container)),
  };
}

function describeContainer(record: TaskRecord, container: Container): object {
  const { task } = record;
  const definition = record.definition.containerDefinitions.find(({ name }) => name === container.name);
  const startedAt = record.containersStartedAt.get(container.name as string);
  return {
    DockerId: container.runtimeId,
    Name: container.name,
    DockerName: container.name,
    Image: container.image,
    // Fargate 1.4 returns the manifest's digest here, not that of the image's configuration
    // (aws/containers-roadmap#1310).
    ImageID: container.imageDigest,
    Labels: definition && labelsOf(record, definition),
    DesiredStatus: task.desiredStatus,
    // Metadata is readable only after all pulls, so a container that has not started is PULLED.
    KnownStatus: container.exitCode !== undefined ? "STOPPED" : startedAt ? "RUNNING" : "PULLED",
    ExitCode: container.exitCode,
    Limits: { CPU: Math.max(leastCpuShares, definition?.cpu ?? 0), Memory: definition?.memory },
    CreatedAt: startedAt,
    StartedAt: startedAt,
    Type: "NORMAL",
    Health: describeHealth(record, definition),
    ...describeLog(task.taskArn, definition),
    ContainerARN: container.containerArn,
  };
}

/** Only of containers with a health check, as the agent reports it (aws/amazon-ecs-agent, HealthStatus). */
function describeHealth(
  { checkedHealth }: TaskRecord,
  container: ContainerDefinition | undefined,
): object | undefined {
  if (!container?.healthCheck) return undefined;
  const { status = "UNKNOWN", since, exitCode, output } = checkedHealth.get(container.name as string) ?? {};
  return { status, statusSince: since, exitCode, output };
}

/** Its own labels, and those that ECS puts on every container. */
export function labelsOf(
  { task, definition }: TaskRecord,
  { name, dockerLabels }: ContainerDefinition,
): Record<string, string> {
  return {
    ...dockerLabels,
    "com.amazonaws.ecs.cluster": task.clusterArn,
    "com.amazonaws.ecs.container-name": name as string,
    "com.amazonaws.ecs.task-arn": task.taskArn,
    "com.amazonaws.ecs.task-definition-family": definition.family,
    "com.amazonaws.ecs.task-definition-version": String(definition.revision),
  };
}

/** The driver gets the complete name of the stream instead of the prefix. */
function describeLog(taskArn: string, container: ContainerDefinition | undefined): object {
  const { logDriver, options = {} } = container?.logConfiguration ?? {};
  if (!container || !logDriver) return {};
  const { "awslogs-stream-prefix": _, ...others } = options;
  return {
    LogDriver: logDriver,
    LogOptions: { ...others, "awslogs-stream": logStreamName(container, lastPart(taskArn)) },
  };
}

/** Returns the log stream of a container as the awslogs driver names it on Fargate: `prefix/container/task id`. */
export function logStreamName({ name, logConfiguration }: ContainerDefinition, taskId: string): string {
  return `${logConfiguration?.options?.["awslogs-stream-prefix"]}/${name}/${taskId}`;
}
