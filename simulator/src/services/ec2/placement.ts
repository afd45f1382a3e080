import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { type Ec2State, find, invalidValue, type Subnet, unsupported } from "./state.ts";

export interface Placement {
  readonly subnet: Subnet;
  readonly groupIds: readonly string[] | undefined;
  readonly privateIp: string | undefined;
  readonly wantsPublicIp: boolean;
}

/** Returns the place of an instance: from the request itself, or from its only network interface. */
export function placementOf(state: Ec2State, input: RunInstancesCommandInput): Placement {
  const { NetworkInterfaces: [networkInterface, second] = [] } = input;
  if (second) throw invalidValue("The simulator starts instances with one network interface.");
  if (networkInterface) {
    refuseUnsupported(unsupported, "a network interface of RunInstances", networkInterface, [
      "DeviceIndex",
      "SubnetId",
      "Groups",
      "AssociatePublicIpAddress",
      "DeleteOnTermination",
      "PrivateIpAddress",
      "Description",
    ]);
    if (input.SubnetId !== undefined || input.SecurityGroupIds !== undefined)
      throw new AwsError(
        "InvalidParameterCombination",
        "Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request",
      );
  }
  refuseUnsupported(unsupported, "the placement of RunInstances", input.Placement ?? {}, [
    "AvailabilityZone",
    "Tenancy",
  ]);
  const zone = input.Placement?.AvailabilityZone;
  const subnet = subnetOf(state, networkInterface?.SubnetId ?? input.SubnetId, zone);
  if (zone !== undefined && zone !== subnet.zone)
    throw invalidValue(`Subnet ${subnet.id} is in ${subnet.zone}, not in ${zone}.`);
  return {
    subnet,
    groupIds: networkInterface?.Groups ?? input.SecurityGroupIds,
    privateIp: networkInterface?.PrivateIpAddress ?? input.PrivateIpAddress,
    wantsPublicIp: networkInterface?.AssociatePublicIpAddress ?? subnet.mapPublicIpOnLaunch,
  };
}

/** Returns the requested subnet, or the default VPC's in the zone, or its first. */
function subnetOf(state: Ec2State, id: string | undefined, zone: string | undefined): Subnet {
  if (id !== undefined) return find(state, "subnets", id);
  const found = [...state.subnets.values()].find(
    (subnet) => subnet.isDefault && (zone === undefined || subnet.zone === zone),
  );
  if (found) return found;
  throw new AwsError("MissingInput", "No subnets found for the default VPC. Please specify a subnet.");
}
