import type { CapacityProviderStrategyItem, LaunchType, NetworkConfiguration } from "@aws-sdk/client-ecs";
import type { AwsError } from "../../kit/errors.ts";
import type { Aws } from "../api.ts";
import { invalid } from "./inputs.ts";
import type { ClusterRecord, Placement } from "./service-records.ts";

const fargateProviders = ["FARGATE", "FARGATE_SPOT"];

/** AwsVpcConfiguration, ECS API reference, which has no words for the error. */
const maxSubnets = 16;
const maxGroups = 5;

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
  if (subnets.length > maxSubnets) throw invalid(`subnets can have at most ${maxSubnets} items.`);
  const { Subnets = [] } = await ec2
    .describeSubnets({ SubnetIds: subnets })
    .catch(failedToRetrieve("subnet", subnets));
  const [vpcId, ...others] = new Set(Subnets.map(({ VpcId }) => VpcId));
  if (others.length > 0) throw invalid(`The subnets [${subnets.join(", ")}] must be from the same VPC.`);
  if (!securityGroups?.length) return;
  if (securityGroups.length > maxGroups) throw invalid(`securityGroups can have at most ${maxGroups} items.`);
  const { SecurityGroups = [] } = await ec2
    .describeSecurityGroups({ GroupIds: securityGroups })
    .catch(failedToRetrieve("security group", securityGroups));
  const foreign = SecurityGroups.find((group) => group.VpcId !== vpcId);
  if (foreign)
    // Recorded for RunTask.
    throw invalid(
      `Security group ${foreign.GroupId} does not appear to belong to the same VPC as the input subnets.`,
    );
}

function failedToRetrieve(what: string, ids: readonly string[]) {
  return ({ message, code }: AwsError): never => {
    throw invalid(
      `Error retrieving ${what} information for [${ids.join(", ")}]: ${message} (ErrorCode: ${code})`,
    );
  };
}

function withDefaults(configuration: NetworkConfiguration): NetworkConfiguration {
  const {
    subnets,
    securityGroups = [],
    assignPublicIp = "DISABLED",
  } = configuration.awsvpcConfiguration ?? {};
  return { awsvpcConfiguration: { subnets, securityGroups, assignPublicIp } };
}
