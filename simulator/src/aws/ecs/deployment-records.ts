import type {
  DeploymentConfiguration,
  DeploymentLifecycleHookDetail,
  DeploymentRolloutState,
  LoadBalancer,
  ServiceDeployment,
  ServiceDeploymentLifecycleStage,
  ServiceDeploymentRollbackMonitorsStatus,
  ServiceDeploymentStatus,
} from "@aws-sdk/client-ecs";
import type { ServiceRecord, TaskSetRecord } from "./state.ts";

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
