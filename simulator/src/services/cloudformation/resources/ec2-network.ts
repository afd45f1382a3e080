import type { ResourceType as EC2ResourceType } from "@aws-sdk/client-ec2";
import { ignoreMissing } from "./ignore-missing.ts";
import type { Properties, ResourceContext, ResourceType } from "./resource-type.ts";
import { boolean, oneOf, tags, text } from "./shape.ts";
import { tagChanges } from "./tag-changes.ts";

const ec2 = (context: ResourceContext) => context.environment.aws.ec2;

/** Tags of any EC2 resource that is being created. */
export function tagSpecifications(resourceType: EC2ResourceType, properties: Properties) {
  return properties.Tags?.length ? [{ ResourceType: resourceType, Tags: properties.Tags }] : undefined;
}

export async function updateTags(
  context: ResourceContext,
  id: string,
  next: Properties,
  previous: Properties,
) {
  const { set, remove } = tagChanges(previous.Tags, next.Tags);
  if (set.length > 0) await ec2(context).createTags({ Resources: [id], Tags: set });
  if (remove.length > 0)
    await ec2(context).deleteTags({ Resources: [id], Tags: remove.map((Key) => ({ Key })) });
}

export const vpc: ResourceType = {
  properties: {
    CidrBlock: text,
    EnableDnsHostnames: boolean,
    EnableDnsSupport: boolean,
    InstanceTenancy: oneOf("default"),
    Tags: tags,
  },
  required: ["CidrBlock"],
  replacement: ["CidrBlock", "InstanceTenancy"],
  attributes: ["VpcId", "CidrBlock", "DefaultSecurityGroup"],
  async create(context, properties) {
    const { Vpc } = await ec2(context).createVpc({
      CidrBlock: properties.CidrBlock,
      InstanceTenancy: properties.InstanceTenancy,
      TagSpecifications: tagSpecifications("vpc", properties),
    });
    const id = Vpc?.VpcId ?? "";
    context.identify(id);
    await setDns(context, id, properties, {});
    return id;
  },
  async readAttributes(context, id, properties) {
    const { SecurityGroups = [] } = await ec2(context).describeSecurityGroups({
      Filters: [
        { Name: "vpc-id", Values: [id] },
        { Name: "group-name", Values: ["default"] },
      ],
    });
    return {
      VpcId: id,
      CidrBlock: properties.CidrBlock,
      DefaultSecurityGroup: SecurityGroups[0]?.GroupId ?? null,
    };
  },
  async update(context, id, next, previous) {
    await setDns(context, id, next, previous);
    await updateTags(context, id, next, previous);
  },
  delete: (context, id) =>
    ignoreMissing(["InvalidVpcID.NotFound"], () => ec2(context).deleteVpc({ VpcId: id })),
};

/** ModifyVpcAttribute takes one attribute per call. AWS's defaults: names resolve, hosts get none. */
async function setDns(context: ResourceContext, id: string, next: Properties, previous: Properties) {
  for (const [name, otherwise] of [
    ["EnableDnsSupport", true],
    ["EnableDnsHostnames", false],
  ] as const) {
    const value = next[name] ?? otherwise;
    if (value !== (previous[name] ?? otherwise))
      await ec2(context).modifyVpcAttribute({ VpcId: id, [name]: { Value: value } });
  }
}

export const subnet: ResourceType = {
  properties: {
    VpcId: text,
    CidrBlock: text,
    AvailabilityZone: text,
    MapPublicIpOnLaunch: boolean,
    Tags: tags,
  },
  required: ["VpcId", "CidrBlock"],
  replacement: ["VpcId", "CidrBlock", "AvailabilityZone"],
  attributes: ["SubnetId", "VpcId", "CidrBlock", "AvailabilityZone"],
  async create(context, properties) {
    const { Subnet } = await ec2(context).createSubnet({
      VpcId: properties.VpcId,
      CidrBlock: properties.CidrBlock,
      AvailabilityZone: properties.AvailabilityZone,
      TagSpecifications: tagSpecifications("subnet", properties),
    });
    const id = Subnet?.SubnetId ?? "";
    context.identify(id);
    await setPublicAddresses(context, id, properties, {});
    return id;
  },
  async readAttributes(context, id) {
    const { Subnets = [] } = await ec2(context).describeSubnets({ SubnetIds: [id] });
    const { VpcId = "", CidrBlock = "", AvailabilityZone = "" } = Subnets[0] ?? {};
    return { SubnetId: id, VpcId, CidrBlock, AvailabilityZone };
  },
  async update(context, id, next, previous) {
    await setPublicAddresses(context, id, next, previous);
    await updateTags(context, id, next, previous);
  },
  delete: (context, id) =>
    ignoreMissing(["InvalidSubnetID.NotFound"], () => ec2(context).deleteSubnet({ SubnetId: id })),
};

async function setPublicAddresses(
  context: ResourceContext,
  id: string,
  next: Properties,
  previous: Properties,
) {
  const value = next.MapPublicIpOnLaunch ?? false;
  if (value !== (previous.MapPublicIpOnLaunch ?? false))
    await ec2(context).modifySubnetAttribute({ SubnetId: id, MapPublicIpOnLaunch: { Value: value } });
}
