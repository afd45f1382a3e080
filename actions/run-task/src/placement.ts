import type { RunTaskCommandInput, Service, TaskSet } from "@aws-sdk/client-ecs";
import { findService } from "../../shared/ecs/service.ts";
import type { EcsWorld } from "../../shared/ecs/world.ts";
import type { RunInputs } from "./inputs.ts";

export type Placement = Pick<
  RunTaskCommandInput,
  "launchType" | "capacityProviderStrategy" | "platformVersion" | "networkConfiguration"
>;

/** Where the task runs, in RunTask's own members. */
export async function findPlacement(
  world: EcsWorld,
  { cluster, placement }: Pick<RunInputs, "cluster" | "placement">,
): Promise<Placement> {
  if ("service" in placement) {
    const { service, primary } = await findService(world, { cluster, service: placement.service });
    return placementOf(service, primary);
  }
  return placementFrom(placement);
}

export function placementFrom(given: Exclude<RunInputs["placement"], { service: string }>): Placement {
  const { launchType, capacityProviderStrategy, subnets, securityGroups, assignPublicIp } = given;
  const awsvpcConfiguration = {
    subnets: [...subnets],
    securityGroups: [...securityGroups],
    assignPublicIp,
  };
  return {
    ...(capacityProviderStrategy
      ? { capacityProviderStrategy: [...capacityProviderStrategy] }
      : { launchType: launchType ?? "FARGATE" }),
    ...(subnets.length > 0 && { networkConfiguration: { awsvpcConfiguration } }),
  };
}

/** What a service with task sets runs is its primary one's; RunTask refuses a launch type beside capacity providers. */
export function placementOf(service: Service, primary: TaskSet | undefined): Placement {
  const source = primary ?? service;
  const providers = source.capacityProviderStrategy ?? [];
  const { launchType, platformVersion } = source;
  const networkConfiguration = source.networkConfiguration ?? service.networkConfiguration;
  return {
    ...(providers.length > 0 ? { capacityProviderStrategy: providers } : launchType && { launchType }),
    ...(platformVersion && { platformVersion }),
    ...(networkConfiguration && { networkConfiguration }),
  };
}
