import type { CapacityProviderStrategyItem, LaunchType, NetworkConfiguration } from "@aws-sdk/client-ecs";
import type { Aws } from "../api.ts";
import { invalid } from "./inputs.ts";
import type { ClusterRecord, Placement } from "./service-records.ts";

const fargateProviders = ["FARGATE", "FARGATE_SPOT"];

/** Throws unless all are Fargate's: the simulator has no container instances. */
export function requireFargateProviders(providers: readonly (string | undefined)[] = []): void {
  const other = providers.find((provider) => !fargateProviders.includes(provider ?? ""));
  if (other === undefined) return;
  throw invalid(
    `The simulator has the capacity providers ${fargateProviders.join(" and ")} only, not ${other}.`,
  );
}

interface PlacementInput {
  launchType?: LaunchType;
  capacityProviderStrategy?: CapacityProviderStrategyItem[];
  platformVersion?: string;
  networkConfiguration?: NetworkConfiguration;
}

/** Checks the placement of tasks; `fallback` is the one of the service or the cluster. */
export async function resolvePlacement(
  ec2: Aws["ec2"],
  cluster: ClusterRecord,
  input: PlacementInput,
  fallback: Partial<Placement> = {},
): Promise<Placement> {
  const networkConfiguration = input.networkConfiguration ?? fallback.networkConfiguration;
  await checkNetwork(ec2, networkConfiguration);
  return {
    ...resolveLaunch(cluster, input, fallback),
    platformVersion: input.platformVersion ?? fallback.platformVersion ?? "LATEST",
    networkConfiguration: withDefaults(networkConfiguration as NetworkConfiguration),
  };
}

function resolveLaunch(
  cluster: ClusterRecord,
  input: PlacementInput,
  fallback: Partial<Placement>,
): Pick<Placement, "launchType" | "capacityProviderStrategy"> {
  const strategy = input.capacityProviderStrategy;
  if (strategy?.length && input.launchType)
    throw invalid(
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    );
  if (input.launchType && input.launchType !== "FARGATE")
    throw invalid(`The simulator runs tasks of launch type FARGATE only, not ${input.launchType}.`);
  if (input.launchType) return { launchType: input.launchType };
  const chosen = strategy?.length ? strategy : fallback.capacityProviderStrategy;
  if (!chosen?.length && fallback.launchType) return { launchType: fallback.launchType };
  const capacityProviderStrategy = chosen?.length ? chosen : cluster.defaultCapacityProviderStrategy;
  if (!capacityProviderStrategy?.length)
    throw invalid("The simulator runs tasks of launch type FARGATE only: set launchType to FARGATE.");
  requireFargateProviders(capacityProviderStrategy.map((item) => item.capacityProvider));
  return { capacityProviderStrategy };
}

async function checkNetwork(ec2: Aws["ec2"], configuration?: NetworkConfiguration): Promise<void> {
  const { subnets, securityGroups } = configuration?.awsvpcConfiguration ?? {};
  if (!subnets)
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  if (subnets.length === 0) throw invalid("subnets can not be empty.");
  await ec2.describeSubnets({ SubnetIds: subnets }).catch((error) => {
    throw invalid(
      `Error retrieving subnet information for [${subnets.join(", ")}]: ${error.message} (ErrorCode: ${error.code})`,
    );
  });
  if (!securityGroups?.length) return;
  await ec2.describeSecurityGroups({ GroupIds: securityGroups }).catch((error) => {
    throw invalid(
      `Error retrieving security group information for [${securityGroups.join(", ")}]: ${error.message} (ErrorCode: ${error.code})`,
    );
  });
}

function withDefaults(configuration: NetworkConfiguration): NetworkConfiguration {
  const {
    subnets,
    securityGroups = [],
    assignPublicIp = "DISABLED",
  } = configuration.awsvpcConfiguration ?? {};
  return { awsvpcConfiguration: { subnets, securityGroups, assignPublicIp } };
}
