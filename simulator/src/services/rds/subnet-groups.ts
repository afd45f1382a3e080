import type { DBSubnetGroup } from "@aws-sdk/client-rds";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import {
  arnOf,
  findSubnetGroup,
  fromTags,
  invalidValue,
  oneOrAll,
  type RdsState,
  type SubnetGroup,
  unsupported,
} from "./state.ts";

export function subnetGroupOperations(state: RdsState): Operations<"rds"> {
  return {
    createDBSubnetGroup: async ({ DBSubnetGroupName, DBSubnetGroupDescription, SubnetIds, Tags }) => {
      const name = checkName(DBSubnetGroupName);
      const tags = fromTags(Tags);
      if (state.subnetGroups.has(name))
        throw new AwsError(
          "DBSubnetGroupAlreadyExistsFault",
          `The DB subnet group '${name}' already exists.`,
        );
      const { vpcId, subnets } = await readSubnets(state, SubnetIds);
      const group = { name, vpcId, subnets, description: DBSubnetGroupDescription ?? "", tags };
      state.subnetGroups.set(name, group);
      return { DBSubnetGroup: describeSubnetGroup(state, group) };
    },
    modifyDBSubnetGroup: async ({ DBSubnetGroupName, DBSubnetGroupDescription, SubnetIds }) => {
      const group = findSubnetGroup(state, DBSubnetGroupName);
      const { vpcId, subnets } = await readSubnets(state, SubnetIds);
      if (vpcId !== group.vpcId)
        throw invalidSubnet("The new Subnets are not in the same Vpc as the existing subnet group");
      group.subnets = subnets;
      group.description = DBSubnetGroupDescription ?? group.description;
      return { DBSubnetGroup: describeSubnetGroup(state, group) };
    },
    describeDBSubnetGroups: (input) => {
      refuseUnsupported(unsupported, "DescribeDBSubnetGroups", input, ["DBSubnetGroupName", "MaxRecords"]);
      const groups = oneOrAll(state, state.subnetGroups, findSubnetGroup, input.DBSubnetGroupName);
      return { DBSubnetGroups: groups.map((group) => describeSubnetGroup(state, group)) };
    },
    deleteDBSubnetGroup: ({ DBSubnetGroupName }) => {
      const { name } = findSubnetGroup(state, DBSubnetGroupName);
      const user = [...state.instances.values()].find(({ settings }) => settings.subnetGroupName === name);
      if (user)
        throw new AwsError(
          "InvalidDBSubnetGroupStateFault",
          `Cannot delete the subnet group '${name}' because at least one database instance: ${user.identifier} is still using it.`,
        );
      state.subnetGroups.delete(name);
      return {};
    },
  };
}

export function describeSubnetGroup(state: RdsState, group: SubnetGroup): DBSubnetGroup {
  return {
    DBSubnetGroupName: group.name,
    DBSubnetGroupDescription: group.description,
    DBSubnetGroupArn: arnOf(state, "subgrp", group.name),
    VpcId: group.vpcId,
    SubnetGroupStatus: "Complete",
    Subnets: group.subnets.map(({ id, zone }) => ({
      SubnetIdentifier: id,
      SubnetAvailabilityZone: { Name: zone },
      SubnetStatus: "Active",
    })),
  };
}

/** Returns the group of the default VPC's subnets, which RDS creates with the first instance that names no group. */
export async function defaultSubnetGroup({ environment, subnetGroups }: RdsState): Promise<SubnetGroup> {
  const Filters = [{ Name: "default-for-az", Values: ["true"] }];
  const { Subnets = [] } = await environment.aws.ec2.describeSubnets({ Filters });
  const subnets = Subnets.map(({ SubnetId: id = "", AvailabilityZone: zone = "" }) => ({ id, zone }));
  if (subnets.length === 0)
    throw invalidSubnet(
      "No default subnet detected in VPC. Please contact AWS Support to recreate default Subnets.",
    );
  const vpcId = Subnets[0]?.VpcId ?? "";
  const created = { name: "default", vpcId, subnets, description: "default", tags: new Map() };
  const group = subnetGroups.get(created.name) ?? created;
  subnetGroups.set(group.name, group);
  return group;
}

/** Names are kept in lower case. */
function checkName(name = ""): string {
  if (!/^[A-Za-z][\w .-]{0,254}$/.test(name) || name.toLowerCase() === "default")
    throw invalidValue(
      "The parameter DBSubnetGroupName is not valid: up to 255 letters, digits, periods, underscores, spaces and hyphens, beginning with a letter, and not Default.",
    );
  return name.toLowerCase();
}

async function readSubnets({ environment }: RdsState, ids: string[] = []) {
  const { Subnets = [] } = await environment.aws.ec2.describeSubnets({ SubnetIds: ids }).catch((error) => {
    if (error instanceof AwsError && error.code === "InvalidSubnetID.NotFound")
      throw invalidSubnet(error.message);
    throw error;
  });
  const subnets = Subnets.map(({ SubnetId = "", AvailabilityZone = "" }) => ({
    id: SubnetId,
    zone: AvailabilityZone,
  }));
  const [vpcId = "", ...others] = new Set(Subnets.map(({ VpcId = "" }) => VpcId));
  if (others.length > 0) throw invalidSubnet("All Subnets must be in the same VPC");
  const zones = new Set(subnets.map(({ zone }) => zone));
  if (ids.length === 0 || zones.size < 2)
    throw new AwsError(
      "DBSubnetGroupDoesNotCoverEnoughAZs",
      `The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: ${[...zones].join(", ") || "none"}. Add subnets to cover at least 2 AZs.`,
    );
  return { vpcId, subnets };
}

const invalidSubnet = errorWith("InvalidSubnet");
