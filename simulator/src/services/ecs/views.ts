import type {
  Deployment,
  Service,
  ServiceCurrentRevisionSummary,
  ServiceDeployment,
  ServiceDeploymentBrief,
  ServiceRevision,
  ServiceRevisionSummary,
  TaskSet,
} from "@aws-sdk/client-ecs";
import { circuitBreakerThreshold } from "./deployment-configuration.ts";
import { accountRoot } from "./names.ts";
import {
  isRevision,
  ongoingDeployment,
  type Placement,
  type RevisionTaskSet,
  type ServiceDeploymentRecord,
  type ServiceRecord,
  type TaskSetRecord,
} from "./service-records.ts";
import { computedDesiredCount, countServiceTasks, countTasks, type EcsContext } from "./state.ts";

type Reader = Pick<EcsContext, "state" | "environment">;

/** A task set as describeTaskSets shows it. */
export function viewTaskSet(reader: Reader, service: ServiceRecord, taskSet: TaskSetRecord): TaskSet {
  return {
    id: taskSet.id,
    taskSetArn: taskSet.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.clusterArn,
    startedBy: taskSet.startedBy,
    externalId: taskSet.externalId,
    status: taskSet.status,
    taskDefinition: taskSet.definition.taskDefinitionArn,
    computedDesiredCount: computedDesiredCount(service, taskSet),
    ...countTasks(reader, taskSet),
    createdAt: taskSet.createdAt,
    updatedAt: taskSet.updatedAt,
    ...viewPlacement(taskSet),
    loadBalancers: taskSet.loadBalancers,
    serviceRegistries: [],
    scale: { ...taskSet.scale },
    stabilityStatus: taskSet.stabilityStatus,
    stabilityStatusAt: taskSet.stabilityStatusAt,
    tags: [],
  };
}

/** A service as describeServices shows it, with its primary task set's revision. */
export function viewService(reader: Reader, service: ServiceRecord): Service {
  const { settings, taskSets } = service;
  const primary = taskSets.find(({ status }) => status === "PRIMARY");
  const byEcs = settings.deploymentController?.type === "ECS";
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.clusterArn,
    status: service.status,
    desiredCount: service.desiredCount,
    ...countServiceTasks(reader, service),
    taskDefinition: primary?.definition.taskDefinitionArn ?? settings.taskDefinition,
    loadBalancers: primary?.revision?.loadBalancers ?? primary?.loadBalancers ?? settings.loadBalancers ?? [],
    serviceRegistries: [],
    launchType: primary?.launchType ?? settings.launchType,
    capacityProviderStrategy: primary?.capacityProviderStrategy ?? settings.capacityProviderStrategy,
    platformVersion: primary?.platformVersion ?? settings.platformVersion,
    platformFamily: "Linux",
    networkConfiguration: primary?.networkConfiguration ?? settings.networkConfiguration,
    deploymentConfiguration: settings.deploymentConfiguration,
    deploymentController: settings.deploymentController,
    healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
    schedulingStrategy: "REPLICA",
    taskSets: byEcs ? [] : taskSets.map((taskSet) => viewTaskSet(reader, service, taskSet)),
    deployments: viewDeployments(reader, service),
    currentServiceDeployment: byEcs ? ongoingDeployment(service)?.arn : undefined,
    currentServiceRevisions: byEcs ? viewCurrentRevisions(reader, service) : undefined,
    events: [...service.events],
    placementConstraints: [],
    placementStrategy: [],
    roleArn: serviceRole(reader),
    createdAt: service.createdAt,
    createdBy: accountRoot(reader.environment),
    enableECSManagedTags: settings.enableECSManagedTags ?? false,
    enableExecuteCommand: false,
    propagateTags: settings.propagateTags ?? "NONE",
  };
}

/** The service-linked role that ECS uses for every awsvpc service. */
function serviceRole({ environment }: Reader): string {
  return `arn:aws:iam::${environment.accountId}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`;
}

/** The deployments of a service as describeServices shows them: the newest first. */
function viewDeployments(reader: Reader, service: ServiceRecord): Deployment[] {
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

function viewCurrentRevisions(reader: Reader, service: ServiceRecord): ServiceCurrentRevisionSummary[] {
  return service.taskSets.filter(isRevision).map((taskSet) => {
    const summary = viewRevisionSummary(reader, service, taskSet);
    const { arn, requestedTaskCount, runningTaskCount, pendingTaskCount } = summary;
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

function viewPlacement(taskSet: Placement) {
  return {
    launchType: taskSet.launchType,
    capacityProviderStrategy: taskSet.capacityProviderStrategy,
    platformVersion: taskSet.platformVersion === "LATEST" ? "1.4.0" : taskSet.platformVersion,
    platformFamily: "Linux",
    networkConfiguration: taskSet.networkConfiguration,
  };
}
