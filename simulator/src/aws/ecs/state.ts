import type {
  CapacityProviderStrategyItem,
  Cluster,
  CreateServiceCommandInput,
  LaunchType,
  LoadBalancer,
  NetworkConfiguration,
  Scale,
  ServiceEvent,
  StabilityStatus,
  Tag,
  Task,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import type { Environment } from "../../environment.ts";
import type { Addresses } from "./addresses.ts";
import type { ServiceDeploymentRecord, ServiceRevisionRecord } from "./deployment-records.ts";
import type { CheckedHealth } from "./health-checks.ts";
import type { RunningContainer } from "./start-containers.ts";

export interface ClusterRecord extends Cluster {
  readonly clusterArn: string;
  readonly clusterName: string;
}

/** A registered revision, as describeTaskDefinition returns it. */
export interface TaskDefinitionRecord extends TaskDefinition {
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly revision: number;
  readonly containerDefinitions: NonNullable<TaskDefinition["containerDefinitions"]>;
}

/** Placement and network of tasks; a task set's own, or its service's. */
export interface Placement {
  readonly launchType?: LaunchType;
  readonly capacityProviderStrategy?: CapacityProviderStrategyItem[];
  readonly platformVersion?: string;
  readonly networkConfiguration: NetworkConfiguration;
}

export interface TaskSetRecord extends Placement {
  readonly id: string;
  readonly arn: string;
  readonly externalId?: string;
  readonly startedBy?: string;
  readonly definition: TaskDefinitionRecord;
  readonly createdAt: Date;
  /** The target groups of its tasks. */
  loadBalancers: LoadBalancer[];
  /** Set for services that ECS deploys itself: the task set runs this service revision. */
  readonly revision?: ServiceRevisionRecord;
  status: "PRIMARY" | "ACTIVE" | "DRAINING";
  scale: Required<Pick<Scale, "value" | "unit">>;
  updatedAt: Date;
  stabilityStatus: StabilityStatus;
  stabilityStatusAt: Date;
  /** Tasks in a row that never reached RUNNING; the scheduler waits longer after each. */
  failedStarts: number;
  /** No task starts before this moment of the wall clock. */
  notBefore: number;
}

export interface ServiceRecord {
  readonly arn: string;
  readonly name: string;
  readonly cluster: ClusterRecord;
  /** As requested, with AWS's defaults; an update of a service that ECS deploys itself changes them. */
  settings: CreateServiceCommandInput;
  readonly createdAt: Date;
  readonly taskSets: TaskSetRecord[];
  /** Newest first; only of services that ECS deploys itself. */
  readonly deployments: ServiceDeploymentRecord[];
  /** Newest first. */
  readonly events: ServiceEvent[];
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  desiredCount: number;
  healthCheckGracePeriodSeconds?: number;
  /** Whether everything was as desired at the last check. */
  steady: boolean;
}

export interface StopRequest {
  readonly stopCode: NonNullable<Task["stopCode"]>;
  readonly stoppedReason: string;
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
  /** CIDR block of that subnet. */
  cidrBlock?: string;
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
  readonly tags: Map<string, Tag[]>;
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
