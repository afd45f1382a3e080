import type { Service } from "@aws-sdk/client-ecs";
import { isObject } from "../../core/is-object.ts";
import { diffService } from "../plan/plan.ts";

/** Members of a service that an AppSpec may set. */
export type AppSpecSettings = Pick<Service, "networkConfiguration" | "capacityProviderStrategy"> & {
  readonly loadBalancerInfo?: { readonly containerPort?: number | string };
};

/** Lists what an AppSpec with these Properties changes on the service except its revision. */
export function appSpecChanges(service: Service, properties: Readonly<Record<string, unknown>>): string[] {
  return diffService(serviceInProduction(service), serviceInAppSpec(properties));
}

/** Returns the members of the service that a CodeDeploy AppSpec may change. */
function serviceInProduction(service: Service): object {
  const { loadBalancers, networkConfiguration, platformVersion, capacityProviderStrategy } =
    service.taskSets?.find(({ status }) => status === "PRIMARY") ?? service;
  const [loadBalancer] = loadBalancers ?? [];
  return sorted({
    loadBalancerInfo: loadBalancer && {
      containerName: loadBalancer.containerName,
      containerPort: loadBalancer.containerPort,
    },
    networkConfiguration,
    platformVersion,
    capacityProviderStrategy: capacityProviderStrategy?.map(({ capacityProvider, base, weight }) => ({
      capacityProvider,
      base: base ?? 0,
      weight: weight ?? 0,
    })),
  }) as object;
}

/** Returns the same from an AppSpec's Properties, whose keys are those of the API in another case. */
export function serviceInAppSpec(properties: Readonly<Record<string, unknown>>): AppSpecSettings {
  const { taskDefinition: _, platformVersion, ...rest } = inApiCase(properties) as Record<string, unknown>;
  const strategy = rest.capacityProviderStrategy;
  return sorted({
    ...rest,
    ...(Array.isArray(strategy) && {
      capacityProviderStrategy: strategy.map((item) => ({ base: 0, weight: 0, ...item })),
    }),
    // LATEST does not count as a change, however far it has moved.
    ...(platformVersion !== undefined && platformVersion !== "LATEST" && { platformVersion }),
  }) as AppSpecSettings;
}

const apiKeys = [
  "taskDefinition",
  "loadBalancerInfo",
  "containerName",
  "containerPort",
  "platformVersion",
  "networkConfiguration",
  "awsvpcConfiguration",
  "subnets",
  "securityGroups",
  "assignPublicIp",
  "capacityProviderStrategy",
  "capacityProvider",
  "base",
  "weight",
];

function inApiCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inApiCase);
  if (!isObject(value)) return value;
  const keyOf = (key: string) => apiKeys.find((name) => name.toLowerCase() === key.toLowerCase()) ?? key;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [keyOf(key), inApiCase(item)]));
}

/** The order of subnets and security groups means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.every((item) => typeof item === "string") ? [...value].sort() : value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sorted(item)]));
}
