import type { Service, TaskSet } from "@aws-sdk/client-ecs";
import { viewCurrentRevisions, viewDeployments } from "./deployment-views.ts";
import { accountRoot } from "./names.ts";
import { ongoingDeployment, type ServiceRecord, type TaskSetRecord } from "./service-records.ts";
import type { EcsContext } from "./state.ts";
import { computedDesiredCount, countTasks } from "./task-counts.ts";

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
    launchType: taskSet.launchType,
    capacityProviderStrategy: taskSet.capacityProviderStrategy,
    platformVersion: taskSet.platformVersion === "LATEST" ? "1.4.0" : taskSet.platformVersion,
    platformFamily: "Linux",
    networkConfiguration: taskSet.networkConfiguration,
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
  const counts = taskSets.map((taskSet) => countTasks(reader, taskSet));
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.clusterArn,
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: counts.reduce((sum, { runningCount }) => sum + runningCount, 0),
    pendingCount: counts.reduce((sum, { pendingCount }) => sum + pendingCount, 0),
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
