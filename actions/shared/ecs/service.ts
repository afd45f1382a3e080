import { DescribeServicesCommand, type Service, type TaskSet } from "@aws-sdk/client-ecs";
import { Failure } from "../failure.ts";
import type { EcsWorld } from "./world.ts";

export interface RunningService {
  readonly service: Service;
  /** ECS, CODE_DEPLOY or EXTERNAL; DescribeServices leaves the default, ECS, out. */
  readonly controller: string;
  /** ARN of the task definition that production runs: that of the primary task set. */
  readonly revision: string;
  readonly primary: TaskSet | undefined;
}

export interface ServiceName {
  readonly cluster: string;
  readonly service: string;
}

/** The service, or a Failure when it is not there or not active. */
export async function findService(
  world: EcsWorld,
  { cluster, service: name }: ServiceName,
): Promise<RunningService> {
  const service = await describe(world, cluster, name);
  if (service.status !== "ACTIVE")
    throw new Failure(`Service ${name} of cluster ${cluster} is ${service.status}, not ACTIVE`, {
      nextStep: "create the service again, or name another one.",
    });
  const primary = service.taskSets?.find(({ status }) => status === "PRIMARY");
  return {
    service,
    controller: service.deploymentController?.type ?? "ECS",
    revision: primary?.taskDefinition ?? service.taskDefinition ?? "",
    primary,
  };
}

async function describe(world: EcsWorld, cluster: string, name: string): Promise<Service> {
  const command = new DescribeServicesCommand({ cluster, services: [name] });
  try {
    const { services = [], failures = [] } = await world.clients.ecs.send(command, {
      abortSignal: world.signal,
    });
    if (services[0]) return services[0];
    throw new Failure(`Cluster ${cluster} has no service ${name} (${failures[0]?.reason ?? "MISSING"})`, {
      nextStep: "check the inputs cluster and service, and the region; nothing was changed.",
    });
  } catch (error) {
    if ((error as Error).name !== "ClusterNotFoundException") throw error;
    throw new Failure(`There is no ECS cluster ${cluster} in this account and region`, {
      nextStep: "check the input cluster, and the region; nothing was changed.",
      cause: error,
    });
  }
}
