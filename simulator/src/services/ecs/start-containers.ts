import type { Container, ContainerDefinition, ContainerOverride } from "@aws-sdk/client-ecs";
import { lastPart } from "../../kit/last-part.ts";
import { type LogStream, openLogStream } from "../../runtime/tasks/log-stream.ts";
import type { ContainerMetadata } from "../../runtime/tasks/metadata-server.ts";
import type { Isolation, LocalImage, TaskContainer } from "../../runtime/tasks/runtime.ts";
import { readSecret } from "../../runtime/tasks/secrets.ts";
import { mayLog, requireLayers, requireManifest, requireRetrieval } from "./agent-requests.ts";
import { labelsOf, logStreamName, metadataOf } from "./container-metadata.ts";
import { newRuntimeId } from "./names.ts";
import { hostName } from "./network-interface.ts";
import type { EcsContext, RunningContainer, TaskRecord } from "./state.ts";
import { credentialsOf } from "./task-roles.ts";
import { parseCpu, parseMemory } from "./validate-task-definition.ts";

/** Fargate's default time between SIGTERM and SIGKILL (ContainerDefinition.stopTimeout). */
const defaultStopTimeout = 30;

interface PreparedContainer {
  readonly definition: ContainerDefinition;
  readonly reported: Container;
  readonly override?: ContainerOverride;
  readonly secrets: Record<string, string>;
  readonly log?: LogStream;
  readonly image: LocalImage;
  readonly credentials?: ContainerMetadata["credentials"];
}

/**
 * Prepares everything that a process needs to start, in the order of Fargate's agent: secrets, registry, manifests, log
 * streams, layers (public records of accounts that got one VPC endpoint after the other, such as com.amazonaws.…logs
 * before s3). Rejects with ECS's reason for stopping the task.
 */
export async function prepareContainers(
  context: EcsContext,
  record: TaskRecord,
): Promise<PreparedContainer[]> {
  const { definition, task } = record;
  await requireRetrieval(context, record);
  const credentials = await credentialsOf(context, record);
  const secrets = await Promise.all(
    definition.containerDefinitions.map((container) => readSecrets(context, container)),
  );
  task.pullStartedAt = context.environment.clock.now();
  const images = await Promise.all(
    definition.containerDefinitions.map((container) => pullImage(context, record, container)),
  );
  const logs = await Promise.all(
    definition.containerDefinitions.map((container) => openLog(context, record, container)),
  );
  await Promise.all(
    definition.containerDefinitions.map((container) =>
      reportFailure(record, container, () => requireLayers(context, record, container)),
    ),
  );
  task.pullStoppedAt = context.environment.clock.now();
  const prepared = definition.containerDefinitions.map((container, index) => ({
    definition: container,
    reported: reportedOf(record, container),
    override: task.overrides?.containerOverrides?.find(({ name }) => name === container.name),
    secrets: secrets[index] as Record<string, string>,
    log: logs[index],
    image: images[index] as LocalImage,
    credentials,
  }));
  // The first to start holds the task's network (see TaskRuntime): one whose end also ends the task.
  return prepared.toSorted((a, b) => Number(isEssential(b.definition)) - Number(isEssential(a.definition)));
}

/** Containers are essential by default. */
export function isEssential({ essential }: ContainerDefinition): boolean {
  return essential !== false;
}

async function readSecrets(
  context: EcsContext,
  { secrets = [] }: ContainerDefinition,
): Promise<Record<string, string>> {
  const { secretsmanager } = context.environment.aws;
  const values = secrets.map(async ({ name, valueFrom }) => [
    name,
    await readSecret(secretsmanager, valueFrom as string),
  ]);
  return Object.fromEntries(await Promise.all(values));
}

async function openLog(
  context: EcsContext,
  record: TaskRecord,
  container: ContainerDefinition,
): Promise<LogStream | undefined> {
  if (!container.logConfiguration) return undefined;
  const { options = {} } = container.logConfiguration;
  const { aws, clock, warn } = context.environment;
  const place = {
    group: options["awslogs-group"] as string,
    stream: logStreamName(container, lastPart(record.task.taskArn)),
    createGroup: options["awslogs-create-group"] === "true",
  };
  const mayWrite = await mayLog(context, record, place);
  const log = await openLogStream(aws.logs, { ...place, clock, warn });
  return mayWrite ? log : undefined;
}

async function pullImage(
  context: EcsContext,
  record: TaskRecord,
  container: ContainerDefinition,
): Promise<LocalImage> {
  const image = await reportFailure(record, container, async () => {
    await requireManifest(context, record, container);
    return context.environment.taskRuntime.pull(container.image as string);
  });
  reportedOf(record, container).imageDigest = image.digest;
  return image;
}

/** Performs a step of a container, which shows the reason if it fails. */
async function reportFailure<Result>(
  record: TaskRecord,
  container: ContainerDefinition,
  step: () => Promise<Result>,
): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    reportedOf(record, container).reason = (error as Error).message;
    throw error;
  }
}

function reportedOf({ task }: TaskRecord, { name }: ContainerDefinition): Container {
  return task.containers.find((container) => container.name === name) as Container;
}

/** Starts the process of one container; rejects with CannotStartContainerError. */
export async function startContainer(
  context: EcsContext,
  record: TaskRecord,
  prepared: PreparedContainer,
): Promise<RunningContainer> {
  const { definition, reported, image, log } = prepared;
  reported.runtimeId = newRuntimeId(lastPart(record.task.taskArn));
  record.containersStartedAt.set(definition.name as string, context.environment.clock.now());
  try {
    const container = await context.environment.taskRuntime.start({
      image,
      address: record.address as string,
      ports: portsOf(record),
      entryPoint: definition.entryPoint,
      command: prepared.override?.command ?? definition.command,
      workingDirectory: definition.workingDirectory,
      environment: environmentOf(context, record, prepared),
      isolation: isolationOf(record, definition, prepared.override),
      metadata: { ...metadataOf(record, reported), credentials: prepared.credentials },
      onLine: (line) => log?.write(line),
    });
    reported.lastStatus = "RUNNING";
    return follow(container, prepared);
  } catch (error) {
    reported.reason = (error as Error).message;
    throw error;
  }
}

/** Ports of all containers of the task, which share one interface. */
function portsOf({ definition }: TaskRecord): number[] {
  return definition.containerDefinitions.flatMap(({ portMappings = [] }) =>
    portMappings.map(({ containerPort }) => containerPort as number),
  );
}

function follow(
  container: TaskContainer,
  { definition, reported, image, log }: PreparedContainer,
): RunningContainer {
  const signal = (image.config.StopSignal ?? "SIGTERM") as NodeJS.Signals;
  const timeoutMs = (definition.stopTimeout ?? defaultStopTimeout) * 1000;
  const exited = container.exited.then(async ({ exitCode, reason }) => {
    await log?.flush();
    reported.exitCode = exitCode;
    reported.reason = reason;
    reported.lastStatus = "STOPPED";
  });
  return {
    definition,
    reported,
    exited,
    kill: container.kill,
    exec: container.exec,
    usage: container.usage,
    async stop() {
      await container.stop(signal, timeoutMs);
      await exited;
    },
  };
}

function environmentOf(
  { environment }: EcsContext,
  { address = "" }: TaskRecord,
  { definition, override, secrets, credentials }: PreparedContainer,
): Record<string, string> {
  const { gateway, taskRuntime } = environment;
  const pairs = [...(definition.environment ?? []), ...(override?.environment ?? [])];
  return {
    // Set by Fargate for every container.
    HOSTNAME: `${hostName(address)}.ec2.internal`,
    AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
    AWS_REGION: environment.region,
    AWS_DEFAULT_REGION: environment.region,
    // AWS's own tools have no other way to the simulated AWS.
    ...(credentials && { AWS_ENDPOINT_URL: `http://${taskRuntime.hostAddress}:${gateway.port}` }),
    ...Object.fromEntries(pairs.map(({ name, value }) => [name, value ?? ""])),
    ...secrets,
  };
}

/** Returns Fargate's limits for a container; a container without a size has the task's. */
function isolationOf(
  record: TaskRecord,
  container: ContainerDefinition,
  override: ContainerOverride = {},
): Isolation {
  const { definition } = record;
  const { linuxParameters, systemControls = [] } = container;
  return {
    memory: override.memory ?? container.memory ?? parseMemory(definition.memory as string),
    memoryReservation: override.memoryReservation ?? container.memoryReservation,
    cpu: parseCpu(definition.cpu as string),
    cpuShares: override.cpu ?? container.cpu,
    user: container.user,
    readOnlyRoot: container.readonlyRootFilesystem ?? false,
    addedCapabilities: linuxParameters?.capabilities?.add ?? [],
    droppedCapabilities: linuxParameters?.capabilities?.drop ?? [],
    init: linuxParameters?.initProcessEnabled ?? false,
    // Fargate's own limit of 65,535 open files is not requested: not every engine can grant it.
    ulimits: (container.ulimits ?? []).map(({ name, softLimit, hardLimit }) => ({
      name: name as string,
      soft: softLimit as number,
      hard: hardLimit as number,
    })),
    kernelParameters: Object.fromEntries(
      systemControls.map(({ namespace = "", value = "" }) => [namespace, value]),
    ),
    labels: labelsOf(record, container),
  };
}
