import { randomUUID } from "node:crypto";
import type { Tag, TaskOverride } from "@aws-sdk/client-ecs";
import { lastPart } from "../../kit/last-part.ts";
import { taskHealth, watchHealth } from "./health-checks.ts";
import { ecsArn, newTaskId } from "./names.ts";
import { attachInterface, detachInterface, newAttachment } from "./network-interface.ts";
import type { ClusterRecord, Placement, TaskDefinitionRecord } from "./service-records.ts";
import { isEssential, prepareContainers, startContainer } from "./start-containers.ts";
import type { EcsContext, RunningContainer, StopRequest, TaskRecord } from "./state.ts";
import { setTags } from "./tags.ts";

/**
 * AWS time to place a task and attach its interface. Fargate takes some ten seconds; without it a program that crashes
 * at start would be restarted many times a second.
 */
const provisioningMs = 10_000;
/** DescribeTasks shows stopped tasks for at least an hour (API reference). */
const stoppedTaskMs = 3_600_000;
/** Minimum number of stopped tasks kept even longer: at a high time scale an hour is short. */
const stoppedTasksKept = 200;

interface TaskOrder {
  readonly cluster: ClusterRecord;
  readonly definition: TaskDefinitionRecord;
  readonly placement: Placement;
  readonly group: string;
  readonly startedBy?: string;
  readonly overrides?: TaskOverride;
  readonly tags?: readonly Tag[];
  readonly service?: TaskRecord["service"];
  readonly taskSet?: TaskRecord["taskSet"];
  /** Registers and deregisters the task for requests; undefined for tasks without load balancer. */
  readonly targets?: Targets;
  /** Called after every change of the task's status. */
  readonly onChange?: (record: TaskRecord) => void;
}

export interface Targets {
  register(record: TaskRecord): Promise<void>;
  /** Resolves when no request is in progress any more; when not `serving`, as soon as no new one can come. */
  deregister(record: TaskRecord, serving: boolean): Promise<void>;
}

/** Takes a task through its life, from PROVISIONING to STOPPED; returns at once. */
export function launchTask(context: EcsContext, order: TaskOrder): TaskRecord {
  const ended = Promise.withResolvers<void>();
  const record: TaskRecord = {
    task: newTask(context, order),
    definition: order.definition,
    service: order.service,
    taskSet: order.taskSet,
    containers: [],
    containersStartedAt: new Map(),
    checkedHealth: new Map(),
    stopping: new AbortController(),
    ended: ended.promise,
  };
  context.state.tasks.set(record.task.taskArn, record);
  setTags(context.state, record.task.taskArn, order.tags);
  live(context, record, order).then(ended.resolve, ended.reject);
  return record;
}

/** Stops the task; it reports the first request. */
export function requestStop(record: TaskRecord, request: StopRequest): void {
  if (record.stopping.signal.aborted) return;
  record.task.desiredStatus = "STOPPED";
  Object.assign(record.task, request);
  record.stopping.abort();
}

function newTask({ environment }: EcsContext, order: TaskOrder): TaskRecord["task"] {
  const { cluster, definition, placement } = order;
  const id = newTaskId();
  const taskArn = ecsArn(environment, `task/${cluster.clusterName}/${id}`);
  return {
    taskArn,
    clusterArn: cluster.clusterArn,
    taskDefinitionArn: definition.taskDefinitionArn,
    group: order.group,
    startedBy: order.startedBy,
    overrides: order.overrides ?? {
      containerOverrides: definition.containerDefinitions.map(({ name }) => ({ name })),
    },
    launchType: placement.launchType ?? "FARGATE",
    capacityProviderName: placement.capacityProviderStrategy?.[0]?.capacityProvider,
    platformVersion: placement.platformVersion === "LATEST" ? "1.4.0" : placement.platformVersion,
    platformFamily: "Linux",
    cpu: definition.cpu,
    memory: definition.memory,
    attributes: [
      {
        name: "ecs.cpu-architecture",
        value: definition.runtimePlatform?.cpuArchitecture?.toLowerCase() ?? "x86_64",
      },
    ],
    attachments: [newAttachment()],
    connectivity: "CONNECTED",
    createdAt: environment.clock.now(),
    desiredStatus: "RUNNING",
    lastStatus: "PROVISIONING",
    healthStatus: "UNKNOWN",
    version: 1,
    containers: definition.containerDefinitions.map(({ name, image, cpu, memory, memoryReservation }) => ({
      containerArn: ecsArn(environment, `container/${cluster.clusterName}/${id}/${randomUUID()}`),
      taskArn,
      name,
      image,
      lastStatus: "PENDING",
      healthStatus: "UNKNOWN",
      networkInterfaces: [],
      cpu: String(cpu ?? 0),
      memory: memory === undefined ? undefined : String(memory),
      memoryReservation: memoryReservation === undefined ? undefined : String(memoryReservation),
    })),
  };
}

async function live(context: EcsContext, record: TaskRecord, order: TaskOrder): Promise<void> {
  try {
    await bringUp(context, record, order);
  } catch (error) {
    // Stopped while starting: the stop is the reason.
    requestStop(record, { stopCode: "TaskFailedToStart", stoppedReason: (error as Error).message });
  }
  await whenAborted(record.stopping.signal);
  await takeDown(context, record, order).catch((error) =>
    context.environment.warn(`${record.task.taskArn} did not end cleanly: ${error.message}`),
  );
  detachInterface(context, record);
  for (const container of record.task.containers) container.lastStatus = "STOPPED";
  record.task.stoppedAt = context.environment.clock.now();
  enter(record, order, "STOPPED");
  forgetOldTasks(context);
}

function enter(record: TaskRecord, order: TaskOrder, status: string): void {
  record.task.lastStatus = status;
  record.task.version++;
  order.onChange?.(record);
}

/** From PROVISIONING to RUNNING; started containers are in its list, even if a later one fails. */
async function bringUp(context: EcsContext, record: TaskRecord, order: TaskOrder): Promise<void> {
  const { task, stopping, containers } = record;
  const { clock } = context.environment;
  await clock.wait(provisioningMs, stopping.signal);
  await attachInterface(context, record, order.placement.networkConfiguration);
  task.connectivityAt = clock.now();
  enter(record, order, "PENDING");
  for (const prepared of await prepareContainers(context, record)) {
    stopping.signal.throwIfAborted();
    const container = await startContainer(context, record, prepared);
    containers.push(container);
    stopWithEssential(record, container);
    void followHealth(context, record, container, () => enter(record, order, task.lastStatus));
  }
  enter(record, order, "ACTIVATING");
  await order.targets?.register(record);
  stopping.signal.throwIfAborted();
  task.startedAt = clock.now();
  enter(record, order, "RUNNING");
}

/** First stop new requests, then wait for those in progress, then stop the process. */
async function takeDown(context: EcsContext, record: TaskRecord, order: TaskOrder): Promise<void> {
  const { task, containers } = record;
  const { clock } = context.environment;
  if (order.targets && containers.length > 0) {
    enter(record, order, "DEACTIVATING");
    await order.targets.deregister(record, task.stopCode !== "EssentialContainerExited");
  }
  task.stoppingAt = clock.now();
  enter(record, order, "STOPPING");
  await stopAll(containers, context.closing);
  task.executionStoppedAt = clock.now();
  enter(record, order, "DEPROVISIONING");
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function stopWithEssential(record: TaskRecord, { definition, exited }: RunningContainer): void {
  if (!isEssential(definition)) return;
  exited.then(() =>
    requestStop(record, {
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
    }),
  );
}

/** Stops gracefully, or at once when the simulator closes. */
async function stopAll(containers: readonly RunningContainer[], closing: AbortSignal): Promise<void> {
  const killAll = () => {
    for (const container of containers) container.kill();
  };
  if (closing.aborted) killAll();
  closing.addEventListener("abort", killAll, { once: true });
  await Promise.all(containers.map((container) => container.stop()));
  closing.removeEventListener("abort", killAll);
}

function forgetOldTasks({ state, environment }: EcsContext): void {
  const stopped = [...state.tasks.values()].filter(({ task }) => task.stoppedAt !== undefined);
  const oldest = environment.clock.now().getTime() - environment.clock.toWall(stoppedTaskMs);
  for (const { task } of stopped.slice(0, -stoppedTasksKept)) {
    if ((task.stoppedAt as Date).getTime() > oldest) continue;
    state.tasks.delete(task.taskArn);
    state.tags.delete(task.taskArn);
  }
}

/** `task 1dc5c17a…` as service events name it. */
export function taskName({ task }: TaskRecord): string {
  return `task ${lastPart(task.taskArn)}`;
}

/** Updates the task with the results of its container's health check, until one of them stops. */
async function followHealth(
  { environment }: EcsContext,
  record: TaskRecord,
  { definition, reported, exited, ...container }: RunningContainer,
  onChange: () => void,
): Promise<void> {
  if (!definition.healthCheck) return;
  const ended = new AbortController();
  exited.then(() => ended.abort());
  await watchHealth({
    check: definition.healthCheck,
    clock: environment.clock,
    container,
    signal: AbortSignal.any([record.stopping.signal, ended.signal]),
    onChecked(health) {
      record.checkedHealth.set(definition.name as string, health);
      if (reported.healthStatus === health.status) return;
      reported.healthStatus = health.status;
      record.task.healthStatus = taskHealth(record);
      onChange();
    },
  });
}
