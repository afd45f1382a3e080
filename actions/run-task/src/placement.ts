import type { RunTaskCommandInput, Service, TaskSet } from "@aws-sdk/client-ecs";
import type { EcsContext } from "../../shared/ecs/context.ts";
import { findService } from "../../shared/ecs/service.ts";
import type { RunInputs } from "./inputs.ts";

export type Placement = Pick<
  RunTaskCommandInput,
  "launchType" | "capacityProviderStrategy" | "platformVersion" | "networkConfiguration"
>;

/** Finds where the task runs, as RunTask's own members. */
export async function findPlacement(
  context: EcsContext,
  { cluster, placement }: Pick<RunInputs, "cluster" | "placement">,
): Promise<Placement> {
  if ("service" in placement) {
    const { service, primary } = await findService(context, { cluster, service: placement.service });
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

/**
 * Returns the placement of the service, or of its primary task set. RunTask refuses a launch type together with
 * capacity providers.
 */
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
