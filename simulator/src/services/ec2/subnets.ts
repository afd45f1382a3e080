import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { freeAddressCount, usedAddresses } from "./addresses.ts";
import { contains, formatCidr, overlaps, parseBlock } from "./cidr.ts";
import { type FilterTable, list } from "./list.ts";
import {
  dependencyViolation,
  type Ec2State,
  find,
  invalidValue,
  newId,
  remove,
  type Subnet,
  unsupported,
} from "./state.ts";
import { addTags, shownTags, tagsFrom, tagsOf } from "./tags.ts";
import { zoneId, zoneNames } from "./zones.ts";

export function subnetOperations(state: Ec2State): Operations<"ec2"> {
  return {
    createSubnet: (input) => {
      refuseUnsupported(unsupported, "CreateSubnet", input, [
        "VpcId CidrBlock AvailabilityZone TagSpecifications",
      ]);
      const tags = tagsFrom(input.TagSpecifications, "subnet");
      const vpc = find(state, "vpcs", input.VpcId);
      const cidr = parseBlock("InvalidSubnet.Range", input.CidrBlock ?? "");
      if (!contains(vpc.cidr, cidr))
        throw new AwsError("InvalidSubnet.Range", `The CIDR '${input.CidrBlock}' is invalid.`);
      if ([...state.subnets.values()].some((other) => other.vpcId === vpc.id && overlaps(other.cidr, cidr)))
        throw new AwsError(
          "InvalidSubnet.Conflict",
          `The CIDR '${input.CidrBlock}' conflicts with another subnet`,
        );
      const zone = zoneOf(state.region, input.AvailabilityZone);
      const subnet = {
        id: newId("subnet"),
        vpcId: vpc.id,
        cidr,
        zone,
        isDefault: false,
        mapPublicIpOnLaunch: false,
      };
      state.subnets.set(subnet.id, subnet);
      addTags(state, subnet.id, tags);
      return { Subnet: describe(state, subnet) };
    },
    describeSubnets: (input) => {
      const { items, NextToken } = list(state, "subnets", input, filters(state));
      return {
        Subnets: items.map((subnet) => ({ ...describe(state, subnet), ...shownTags(state, subnet.id) })),
        NextToken,
      };
    },
    deleteSubnet: ({ SubnetId }) => {
      const { id } = find(state, "subnets", SubnetId);
      if (usedAddresses(state, id).size > 0) throw dependencyViolation("subnet", id);
      for (const association of state.associations.values())
        if (association.subnetId === id) remove(state, "associations", association.id);
      remove(state, "subnets", id);
      return {};
    },
    modifySubnetAttribute: (input) => {
      refuseUnsupported(unsupported, "ModifySubnetAttribute", input, ["SubnetId", "MapPublicIpOnLaunch"]);
      const subnet = find(state, "subnets", input.SubnetId);
      subnet.mapPublicIpOnLaunch = input.MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIpOnLaunch;
      return {};
    },
  };
}

function zoneOf(region: string, given: string | undefined): string {
  const zones = zoneNames(region);
  const zone = given ?? zones[0];
  if (zone !== undefined && zones.includes(zone)) return zone;
  throw invalidValue(
    `Value (${given}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.join(", ")}.`,
  );
}

function describe(state: Ec2State, subnet: Subnet) {
  return {
    SubnetId: subnet.id,
    SubnetArn: `arn:aws:ec2:${state.region}:${state.accountId}:subnet/${subnet.id}`,
    OwnerId: state.accountId,
    VpcId: subnet.vpcId,
    CidrBlock: formatCidr(subnet.cidr),
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zoneId(subnet.zone),
    AvailableIpAddressCount: freeAddressCount(state, subnet),
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    AssignIpv6AddressOnCreation: false,
    DefaultForAz: subnet.isDefault,
    Ipv6CidrBlockAssociationSet: [],
    Ipv6Native: false,
    State: "available" as const,
    Tags: tagsOf(state, subnet.id),
  };
}

function filters(state: Ec2State): FilterTable<Subnet> {
  return {
    "subnet-id": ({ id }) => [id],
    "vpc-id": ({ vpcId }) => [vpcId],
    "cidr-block": ({ cidr }) => [formatCidr(cidr)],
    cidrBlock: ({ cidr }) => [formatCidr(cidr)],
    "availability-zone": ({ zone }) => [zone],
    "availability-zone-id": ({ zone }) => [zoneId(zone)],
    "map-public-ip-on-launch": ({ mapPublicIpOnLaunch }) => [mapPublicIpOnLaunch],
    "default-for-az": ({ isDefault }) => [isDefault],
    "owner-id": () => [state.accountId],
    state: () => ["available"],
  };
}
