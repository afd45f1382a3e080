import type { Service, TaskSet } from "@aws-sdk/client-ecs";
import { accountRoot } from "./names.ts";
import { type EcsContext, liveTasks, type ServiceRecord, type TaskSetRecord } from "./state.ts";

type Reader = Pick<EcsContext, "state" | "environment">;

/** How many tasks the task set is to have: its share of the service's, rounded up (API reference, TaskSet). */
export function computedDesiredCount(service: ServiceRecord, taskSet: TaskSetRecord): number {
  if (taskSet.status === "DRAINING") return 0;
  return Math.ceil((service.desiredCount * taskSet.scale.value) / 100);
}

export function countTasks(
  { state }: Reader,
  taskSet: TaskSetRecord,
): { runningCount: number; pendingCount: number } {
  const tasks = liveTasks(state, taskSet).map(({ task }) => task);
  return {
    runningCount: tasks.filter((task) => task.lastStatus === "RUNNING").length,
    pendingCount: tasks.filter((task) => task.desiredStatus === "RUNNING" && task.lastStatus !== "RUNNING")
      .length,
  };
}

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

/** A service as describeServices shows it: what it runs is its primary task set's. */
export function viewService(reader: Reader, service: ServiceRecord): Service {
  const { settings, taskSets } = service;
  const primary = taskSets.find(({ status }) => status === "PRIMARY");
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
    loadBalancers: primary?.loadBalancers ?? settings.loadBalancers ?? [],
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
    taskSets: taskSets.map((taskSet) => viewTaskSet(reader, service, taskSet)),
    deployments: [],
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
