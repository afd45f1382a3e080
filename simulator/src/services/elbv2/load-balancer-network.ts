import type { AvailabilityZone, SubnetMapping } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { unsupported, validationError } from "./state.ts";

/** Place of a load balancer: its VPC, and a subnet in each of its zones. */
export interface Placement {
  readonly vpcId: string;
  readonly zones: AvailabilityZone[];
}

interface Subnets {
  Subnets?: string[] | undefined;
  SubnetMappings?: SubnetMapping[] | undefined;
}

export async function readPlacement({ aws }: Environment, input: Subnets): Promise<Placement> {
  const ids = readSubnetIds(input);
  const found = await aws.ec2.describeSubnets({ SubnetIds: ids }).catch((error: unknown) => {
    if (!(error instanceof AwsError) || !error.code.startsWith("InvalidSubnetID")) throw error;
    throw new AwsError("SubnetNotFoundException", error.message);
  });
  const subnets = found.Subnets ?? [];
  const vpcId = subnets[0]?.VpcId ?? "";
  if (subnets.some((subnet) => subnet.VpcId !== vpcId))
    throw new AwsError("InvalidConfigurationRequestException", "All subnets must belong to the same VPC");
  const zones = subnets.map((subnet) => ({
    ZoneName: subnet.AvailabilityZone,
    SubnetId: subnet.SubnetId,
    LoadBalancerAddresses: [],
  }));
  const names = new Set(zones.map(({ ZoneName }) => ZoneName));
  if (names.size < zones.length)
    throw new AwsError(
      "InvalidConfigurationRequestException",
      "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    );
  if (names.size < 2)
    throw validationError("At least two subnets in two different Availability Zones must be specified");
  return { vpcId, zones };
}

function readSubnetIds({ Subnets, SubnetMappings }: Subnets): string[] {
  if (Subnets && SubnetMappings) throw validationError("Subnets and SubnetMappings cannot both be specified");
  for (const mapping of SubnetMappings ?? [])
    refuseUnsupported(unsupported, "SubnetMappings", mapping, ["SubnetId"]);
  const ids = Subnets ?? (SubnetMappings ?? []).map(({ SubnetId }) => SubnetId ?? "");
  if (ids.length < 2)
    throw validationError("At least two subnets in two different Availability Zones must be specified");
  if (new Set(ids).size < ids.length) throw validationError("A subnet cannot be specified more than once");
  return ids;
}

/** Returns the requested groups, or the VPC's default group. */
export async function readSecurityGroups(
  { aws }: Environment,
  vpcId: string,
  ids: readonly string[] | undefined,
): Promise<string[]> {
  if (ids === undefined || ids.length === 0) {
    const found = await aws.ec2.describeSecurityGroups({
      Filters: [
        { Name: "vpc-id", Values: [vpcId] },
        { Name: "group-name", Values: ["default"] },
      ],
    });
    return (found.SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []);
  }
  const found = await aws.ec2.describeSecurityGroups({ GroupIds: [...ids] }).catch((error: unknown) => {
    if (!(error instanceof AwsError) || !error.code.startsWith("InvalidGroup")) throw error;
    throw new AwsError("InvalidSecurityGroupException", error.message);
  });
  const foreign = found.SecurityGroups?.find((group) => group.VpcId !== vpcId);
  if (foreign)
    throw new AwsError(
      "InvalidConfigurationRequestException",
      `Security group '${foreign.GroupId}' does not belong to VPC '${vpcId}'`,
    );
  return [...ids];
}
