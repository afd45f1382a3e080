import type {
  CapacityProviderStrategyItem,
  Cluster,
  CreateServiceCommandInput,
  DeploymentConfiguration,
  DeploymentLifecycleHookDetail,
  DeploymentRolloutState,
  LaunchType,
  LoadBalancer,
  NetworkConfiguration,
  Scale,
  ServiceDeployment,
  ServiceDeploymentLifecycleStage,
  ServiceDeploymentRollbackMonitorsStatus,
  ServiceDeploymentStatus,
  ServiceEvent,
  StabilityStatus,
  TaskDefinition,
} from "@aws-sdk/client-ecs";

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

/** Additional data of a task set in a service that ECS deploys itself. */
export interface ServiceRevisionRecord {
  readonly arn: string;
  /** As configured; the task set's own list has those with its tasks. */
  readonly loadBalancers: LoadBalancer[];
  rolloutState: DeploymentRolloutState;
  rolloutStateReason: string;
  /** Tasks in a row that stopped before they were healthy. */
  failedTasks: number;
  /** Tasks allotted by a rolling update; undefined if its scale decides. */
  allotted?: number;
  /** Starts no task: its deployment is not at that stage yet, has failed or was aborted. */
  halted: boolean;
  /** Per cent of the traffic; undefined if no deployment shifts any. */
  productionWeight?: number;
  testWeight?: number;
}

/** A task set that is a service revision. */
export type RevisionTaskSet = TaskSetRecord & { readonly revision: ServiceRevisionRecord };

/** With AWS's defaults. */
export type ResolvedConfiguration = DeploymentConfiguration &
  Required<Pick<DeploymentConfiguration, "strategy" | "maximumPercent" | "minimumHealthyPercent">>;

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

export interface ServiceDeploymentRecord {
  readonly arn: string;
  readonly service: ServiceRecord;
  readonly target: RevisionTaskSet;
  /** Task sets that existed when it was created. */
  readonly sources: readonly RevisionTaskSet[];
  /** The service's configuration when the deployment was created. */
  readonly configuration: ResolvedConfiguration;
  readonly createdAt: Date;
  status: ServiceDeploymentStatus;
  statusReason?: string;
  lifecycleStage?: ServiceDeploymentLifecycleStage;
  startedAt?: Date;
  finishedAt?: Date;
  stoppedAt?: Date;
  updatedAt: Date;
  rollback?: { readonly reason: string; readonly startedAt: Date; readonly to?: RevisionTaskSet };
  circuitBreaker: ServiceDeploymentRollbackMonitorsStatus;
  alarms: ServiceDeploymentRollbackMonitorsStatus;
  readonly triggeredAlarms: string[];
  readonly hooks: DeploymentLifecycleHookDetail[];
  /** Aborted with an Interruption; a rollback gets a new one. */
  control: AbortController;
  /** Its report about its revisions when it ended. */
  ending?: Pick<ServiceDeployment, "sourceServiceRevisions" | "targetServiceRevision">;
}

const ended: readonly ServiceDeploymentStatus[] = [
  "SUCCESSFUL",
  "STOPPED",
  "ROLLBACK_SUCCESSFUL",
  "ROLLBACK_FAILED",
];

export function isOngoing({ status }: ServiceDeploymentRecord): boolean {
  return !ended.includes(status);
}

/** Returns the deployment of the service that is in progress. */
export function ongoingDeployment(service: ServiceRecord): ServiceDeploymentRecord | undefined {
  return service.deployments.find(isOngoing);
}

export function isRevision(taskSet: TaskSetRecord): taskSet is RevisionTaskSet {
  return taskSet.revision !== undefined;
}

/** Returns the revision for a rollback: that of the last deployment that succeeded. */
export function rollbackCandidate(failed: ServiceDeploymentRecord): RevisionTaskSet | undefined {
  return failed.service.deployments.find(
    (deployment) => deployment !== failed && deployment.status === "SUCCESSFUL",
  )?.target;
}

/** Effect of an interruption on a deployment. */
type Consequence =
  /** It ends STOPPED in its current state; another takes over. */
  | "give-way"
  /** It ends STOPPED, and its revision starts no more tasks. */
  | "stop"
  /** It rolls back to the last deployment that succeeded. */
  | "roll-back"
  /** Its service was deleted. */
  | "forget";

/** The reason for which a deployment ends early, passed to its signal. */
export class Interruption extends Error {
  readonly consequence: Consequence;
  /** Text for the service's events and the rollout's state, if it differs from the message. */
  readonly brief: string;

  constructor(consequence: Consequence, message: string, brief = message) {
    super(message);
    this.name = "Interruption";
    this.consequence = consequence;
    this.brief = brief;
  }

  // AWS documents the resulting states, not the sentences.
  static superseded(): Interruption {
    return new Interruption(
      "give-way",
      "Service deployment stopped because a newer service deployment began.",
    );
  }

  static deleted(): Interruption {
    return new Interruption("forget", "The service was deleted.");
  }

  static stopped(): Interruption {
    return new Interruption("stop", "Service deployment stopped by a user request.");
  }

  static rolledBackOnRequest(): Interruption {
    return new Interruption("roll-back", "Service deployment rolled back because of a user request.");
  }
}
