import type {
  Deployment,
  ServiceCurrentRevisionSummary,
  ServiceDeployment,
  ServiceDeploymentBrief,
  ServiceRevision,
  ServiceRevisionSummary,
} from "@aws-sdk/client-ecs";
import { circuitBreakerThreshold } from "./deployment-configuration.ts";
import {
  isRevision,
  type RevisionTaskSet,
  type ServiceDeploymentRecord,
  type ServiceRecord,
} from "./service-records.ts";
import type { EcsContext } from "./state.ts";
import { computedDesiredCount, countTasks } from "./task-counts.ts";

type Reader = Pick<EcsContext, "state" | "environment">;

/** The deployments of a service as describeServices shows them: the newest first. */
export function viewDeployments(reader: Reader, service: ServiceRecord): Deployment[] {
  const primaryFirst = (a: RevisionTaskSet, b: RevisionTaskSet) =>
    Number(b.status === "PRIMARY") - Number(a.status === "PRIMARY") ||
    b.createdAt.getTime() - a.createdAt.getTime();
  return service.taskSets
    .filter(isRevision)
    .toSorted(primaryFirst)
    .map((taskSet) => ({
      id: taskSet.id,
      status: taskSet.status,
      taskDefinition: taskSet.definition.taskDefinitionArn,
      desiredCount: requestedCount(service, taskSet),
      ...countTasks(reader, taskSet),
      failedTasks: taskSet.revision.failedTasks,
      createdAt: taskSet.createdAt,
      updatedAt: taskSet.updatedAt,
      ...viewPlacement(taskSet),
      rolloutState: taskSet.revision.rolloutState,
      rolloutStateReason: taskSet.revision.rolloutStateReason,
    }));
}

/** All tasks count as the primary's from the start, though a rolling update starts them one by one. */
function requestedCount(service: ServiceRecord, taskSet: RevisionTaskSet): number {
  const { allotted } = taskSet.revision;
  if (taskSet.status === "PRIMARY" && allotted !== undefined) return service.desiredCount;
  return computedDesiredCount(service, taskSet);
}

export function viewCurrentRevisions(
  reader: Reader,
  service: ServiceRecord,
): ServiceCurrentRevisionSummary[] {
  return service.taskSets.filter(isRevision).map((taskSet) => {
    const { arn, requestedTaskCount, runningTaskCount, pendingTaskCount } = viewRevisionSummary(
      reader,
      service,
      taskSet,
    );
    return { arn, requestedTaskCount, runningTaskCount, pendingTaskCount };
  });
}

function viewRevisionSummary(
  reader: Reader,
  service: ServiceRecord,
  taskSet: RevisionTaskSet,
): ServiceRevisionSummary {
  const { runningCount, pendingCount } = countTasks(reader, taskSet);
  return {
    arn: taskSet.revision.arn,
    requestedTaskCount: requestedCount(service, taskSet),
    runningTaskCount: runningCount,
    pendingTaskCount: pendingCount,
    requestedProductionTrafficWeight: taskSet.revision.productionWeight,
    requestedTestTrafficWeight: taskSet.revision.testWeight,
  };
}

export function viewServiceDeployment(
  reader: Reader,
  deployment: ServiceDeploymentRecord,
): ServiceDeployment {
  const { service, target, configuration, rollback } = deployment;
  return {
    serviceDeploymentArn: deployment.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.clusterArn,
    createdAt: deployment.createdAt,
    startedAt: deployment.startedAt,
    finishedAt: deployment.finishedAt,
    stoppedAt: deployment.stoppedAt,
    updatedAt: deployment.updatedAt,
    ...(deployment.ending ?? viewRevisions(reader, deployment)),
    status: deployment.status,
    statusReason: deployment.statusReason,
    lifecycleStage: deployment.lifecycleStage,
    lifecycleHookDetails: deployment.hooks.map((hook) => ({ ...hook })),
    deploymentConfiguration: configuration,
    rollback: rollback && {
      reason: rollback.reason,
      startedAt: rollback.startedAt,
      serviceRevisionArn: rollback.to?.revision.arn,
    },
    deploymentCircuitBreaker: {
      status: deployment.circuitBreaker,
      failureCount: target.revision.failedTasks,
      threshold: circuitBreakerThreshold(configuration, service.desiredCount),
    },
    alarms: {
      status: deployment.alarms,
      alarmNames: configuration.alarms?.alarmNames ?? [],
      triggeredAlarmNames: [...deployment.triggeredAlarms],
    },
  };
}

export function viewRevisions(reader: Reader, { service, sources, target }: ServiceDeploymentRecord) {
  return {
    sourceServiceRevisions: sources.map((source) => viewRevisionSummary(reader, service, source)),
    targetServiceRevision: viewRevisionSummary(reader, service, target),
  };
}

export function viewDeploymentBrief(deployment: ServiceDeploymentRecord): ServiceDeploymentBrief {
  const { service, target } = deployment;
  return {
    serviceDeploymentArn: deployment.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.clusterArn,
    startedAt: deployment.startedAt,
    createdAt: deployment.createdAt,
    finishedAt: deployment.finishedAt,
    targetServiceRevisionArn: target.revision.arn,
    status: deployment.status,
    statusReason: deployment.statusReason,
  };
}

export function viewServiceRevision(
  { state }: Reader,
  service: ServiceRecord,
  taskSet: RevisionTaskSet,
): ServiceRevision {
  const { revision } = taskSet;
  const ran = [...state.tasks.values()].findLast((record) => record.taskSet === taskSet);
  return {
    serviceRevisionArn: revision.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.clusterArn,
    taskDefinition: taskSet.definition.taskDefinitionArn,
    ...viewPlacement(taskSet),
    loadBalancers: revision.loadBalancers,
    serviceRegistries: [],
    containerImages: taskSet.definition.containerDefinitions.map(({ name, image }) => ({
      containerName: name,
      image,
      imageDigest: ran?.task.containers.find((container) => container.name === name)?.imageDigest,
    })),
    guardDutyEnabled: false,
    createdAt: taskSet.createdAt,
    resolvedConfiguration: {
      loadBalancers: taskSet.loadBalancers.map(({ targetGroupArn }, index) => ({
        targetGroupArn,
        productionListenerRule: revision.loadBalancers[index]?.advancedConfiguration?.productionListenerRule,
      })),
    },
  };
}

function viewPlacement(taskSet: RevisionTaskSet) {
  return {
    launchType: taskSet.launchType,
    capacityProviderStrategy: taskSet.capacityProviderStrategy,
    platformVersion: taskSet.platformVersion === "LATEST" ? "1.4.0" : taskSet.platformVersion,
    platformFamily: "Linux",
    networkConfiguration: taskSet.networkConfiguration,
  };
}
