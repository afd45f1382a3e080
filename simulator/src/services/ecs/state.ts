import { randomUUID } from "node:crypto";
import type { Container, ContainerDefinition, HealthStatus, Task } from "@aws-sdk/client-ecs";
import type { Environment } from "../../environment.ts";
import type { TaskContainer } from "../../runtime/tasks/runtime.ts";
import type {
  ClusterRecord,
  ServiceDeploymentRecord,
  ServiceRecord,
  TaskDefinitionRecord,
  TaskSetRecord,
} from "./service-records.ts";

export interface StopRequest {
  readonly stopCode: NonNullable<Task["stopCode"]>;
  readonly stoppedReason: string;
}

/** How the last check ended. */
export interface CheckedHealth {
  readonly status: HealthStatus;
  readonly since: Date;
  readonly exitCode: number;
  readonly output: string;
}

export interface RunningContainer {
  readonly definition: ContainerDefinition;
  readonly reported: Container;
  /** Resolves when the process has ended, its last lines are in the log and the task has its exit code. */
  readonly exited: Promise<void>;
  /** Sends the image's stop signal, then SIGKILL after the stop timeout. */
  stop(): Promise<void>;
  readonly kill: TaskContainer["kill"];
  readonly exec: TaskContainer["exec"];
  readonly usage: TaskContainer["usage"];
}

export interface TaskRecord {
  /** The task as describeTasks returns it, updated in place. */
  readonly task: Task & {
    readonly taskArn: string;
    readonly clusterArn: string;
    readonly containers: NonNullable<Task["containers"]>;
    readonly attachments: NonNullable<Task["attachments"]>;
    lastStatus: string;
    desiredStatus: string;
    version: number;
  };
  readonly definition: TaskDefinitionRecord;
  readonly service?: ServiceRecord;
  readonly taskSet?: TaskSetRecord;
  /** Private address in the subnet, once it has one. */
  address?: string;
  /** Started containers, in that order. */
  readonly containers: RunningContainer[];
  /** By the container's name. */
  readonly containersStartedAt: Map<string, Date>;
  /** By the name of the checked container. */
  readonly checkedHealth: Map<string, CheckedHealth>;
  /** Whether it was ever healthy; only other tasks count as failed in a deployment. */
  wasHealthy?: boolean;
  /** Aborted to stop the task. */
  readonly stopping: AbortController;
  /** Resolves when it is STOPPED. */
  readonly ended: Promise<void>;
}

export interface EcsState {
  readonly account: Pick<Environment, "accountId" | "region">;
  /** By name. */
  readonly clusters: Map<string, ClusterRecord>;
  /** Revisions by family, oldest first. */
  readonly families: Map<string, TaskDefinitionRecord[]>;
  /** By ARN. An INACTIVE service stays until another uses its name. */
  readonly services: Map<string, ServiceRecord>;
  /** By ARN, oldest first. */
  readonly tasks: Map<string, TaskRecord>;
  /** By ARN of the tagged resource. */
  readonly tags: Map<string, Map<string, string>>;
}

/** Private addresses of the subnets, allocated to tasks and released. */
export interface Addresses {
  /** Returns the next free address of the subnet; undefined when none is left. */
  allocate(subnetId: string, cidrBlock: string): string | undefined;
  release(address: string): void;
}

/** A task set, as the scheduler handles it. */
export interface TaskSetScope {
  readonly context: EcsContext;
  readonly service: ServiceRecord;
  readonly taskSet: TaskSetRecord;
}

/** Context of the operations and controllers of ECS. */
export interface EcsContext {
  readonly environment: Environment;
  readonly state: EcsState;
  readonly addresses: Addresses;
  /** Aborted when the simulator closes. */
  readonly closing: AbortSignal;
  /** Makes the scheduler check a service again. */
  readonly wake: (service: ServiceRecord) => void;
  /** Starts an existing deployment of a service. */
  readonly deploy: (deployment: ServiceDeploymentRecord) => void;
}

export function createState(account: EcsState["account"]): EcsState {
  return {
    account,
    clusters: new Map(),
    families: new Map(),
    services: new Map(),
    tasks: new Map(),
    tags: new Map(),
  };
}

/** Tasks of the task set that are not STOPPED. */
export function liveTasks(state: EcsState, taskSet: TaskSetRecord): TaskRecord[] {
  return [...state.tasks.values()].filter(
    (record) => record.taskSet === taskSet && record.task.lastStatus !== "STOPPED",
  );
}

/**
 * Returns the number of tasks for the task set: allotted by a rolling update, else its share of the service's, rounded
 * up (API reference, TaskSet).
 */
export function computedDesiredCount(service: ServiceRecord, taskSet: TaskSetRecord): number {
  if (taskSet.status === "DRAINING") return 0;
  const allotted = taskSet.revision?.allotted;
  if (allotted !== undefined) return Math.min(allotted, service.desiredCount);
  return Math.ceil((service.desiredCount * taskSet.scale.value) / 100);
}

export function countTasks(
  { state }: Pick<EcsContext, "state">,
  taskSet: TaskSetRecord,
): { runningCount: number; pendingCount: number } {
  const tasks = liveTasks(state, taskSet).map(({ task }) => task);
  return {
    runningCount: tasks.filter((task) => task.lastStatus === "RUNNING").length,
    pendingCount: tasks.filter((task) => task.desiredStatus === "RUNNING" && task.lastStatus !== "RUNNING")
      .length,
  };
}

export function countServiceTasks(reader: Pick<EcsContext, "state">, { taskSets }: ServiceRecord) {
  const counts = taskSets.map((taskSet) => countTasks(reader, taskSet));
  return {
    runningCount: counts.reduce((sum, { runningCount }) => sum + runningCount, 0),
    pendingCount: counts.reduce((sum, { pendingCount }) => sum + pendingCount, 0),
  };
}

/** DescribeServices shows at most this many, newest first (API reference, Service.events). */
const eventsKept = 100;

export function addServiceEvent(context: EcsContext, service: ServiceRecord, text: string): void {
  addEvent(context, service, `(service ${service.name}) ${text}`);
}

/** Includes the task set, unless ECS deploys the service itself: then the revision is the service's own. */
export function addTaskSetEvent({ context, service, taskSet }: TaskSetScope, text: string): void {
  const by = taskSet.revision ? "" : `, taskSet ${taskSet.id}`;
  addEvent(context, service, `(service ${service.name}${by}) ${text}`);
}

function addEvent({ environment }: EcsContext, service: ServiceRecord, message: string): void {
  service.events.unshift({ id: randomUUID(), createdAt: environment.clock.now(), message });
  service.events.length = Math.min(service.events.length, eventsKept);
}
