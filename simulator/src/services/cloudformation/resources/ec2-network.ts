import type { ResourceType as EC2ResourceType } from "@aws-sdk/client-ec2";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  tagChanges,
} from "./resource-type.ts";
import { boolean, oneOf, tags, text } from "./shape.ts";

export const internetGateway: ResourceType = {
  properties: { Tags: tags },
  attributes: ["InternetGatewayId"],
  async create(context, properties) {
    const { InternetGateway } = await ec2(context).createInternetGateway({
      TagSpecifications: tagSpecifications("internet-gateway", properties),
    });
    return InternetGateway?.InternetGatewayId ?? "";
  },
  readAttributes: async (_, id) => ({ InternetGatewayId: id }),
  update: updateTags,
  delete: (context, id) =>
    ignoreMissing(["InvalidInternetGatewayID.NotFound"], () =>
      ec2(context).deleteInternetGateway({ InternetGatewayId: id }),
    ),
};

/** Its physical id is `IGW|<vpc>`, as CloudFormation reports it. */
export const gatewayAttachment: ResourceType = {
  properties: { VpcId: text, InternetGatewayId: text },
  required: ["VpcId", "InternetGatewayId"],
  replacement: ["VpcId"],
  async create(context, { VpcId, InternetGatewayId }) {
    await ec2(context).attachInternetGateway({ VpcId, InternetGatewayId });
    return `IGW|${VpcId}`;
  },
  async update(context, _, { VpcId, InternetGatewayId }, previous) {
    if (InternetGatewayId === previous.InternetGatewayId) return;
    // A VPC has one internet gateway at a time.
    await ec2(context).detachInternetGateway({ VpcId, InternetGatewayId: previous.InternetGatewayId });
    await ec2(context).attachInternetGateway({ VpcId, InternetGatewayId });
  },
  delete: (context, _, { VpcId, InternetGatewayId }) =>
    ignoreMissing(["Gateway.NotAttached", "InvalidInternetGatewayID.NotFound"], () =>
      ec2(context).detachInternetGateway({ VpcId, InternetGatewayId }),
    ),
};

export const routeTable: ResourceType = {
  properties: { VpcId: text, Tags: tags },
  required: ["VpcId"],
  replacement: ["VpcId"],
  attributes: ["RouteTableId"],
  async create(context, properties) {
    const { RouteTable } = await ec2(context).createRouteTable({
      VpcId: properties.VpcId,
      TagSpecifications: tagSpecifications("route-table", properties),
    });
    return RouteTable?.RouteTableId ?? "";
  },
  readAttributes: async (_, id) => ({ RouteTableId: id }),
  update: updateTags,
  delete: (context, id) =>
    ignoreMissing(["InvalidRouteTableID.NotFound"], () =>
      ec2(context).deleteRouteTable({ RouteTableId: id }),
    ),
};

export const route: ResourceType = {
  properties: { RouteTableId: text, DestinationCidrBlock: text, GatewayId: text, NatGatewayId: text },
  required: ["RouteTableId", "DestinationCidrBlock"],
  replacement: ["RouteTableId", "DestinationCidrBlock"],
  attributes: ["CidrBlock"],
  // EC2 itself refuses a route without a target, or with two.
  async create(context, { RouteTableId, DestinationCidrBlock, GatewayId, NatGatewayId }) {
    await ec2(context).createRoute({ RouteTableId, DestinationCidrBlock, GatewayId, NatGatewayId });
    return `${RouteTableId}|${DestinationCidrBlock}`;
  },
  readAttributes: async (_, __, { DestinationCidrBlock }) => ({ CidrBlock: DestinationCidrBlock }),
  async update(context, _, { RouteTableId, DestinationCidrBlock, GatewayId, NatGatewayId }) {
    await ec2(context).replaceRoute({ RouteTableId, DestinationCidrBlock, GatewayId, NatGatewayId });
  },
  delete: (context, _, { RouteTableId, DestinationCidrBlock }) =>
    ignoreMissing(["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"], () =>
      ec2(context).deleteRoute({ RouteTableId, DestinationCidrBlock }),
    ),
};

export const subnetRouteTableAssociation: ResourceType = {
  properties: { SubnetId: text, RouteTableId: text },
  required: ["SubnetId", "RouteTableId"],
  replacement: ["SubnetId", "RouteTableId"],
  attributes: ["Id"],
  async create(context, { SubnetId, RouteTableId }) {
    const { AssociationId = "" } = await ec2(context).associateRouteTable({ SubnetId, RouteTableId });
    return AssociationId;
  },
  readAttributes: async (_, id) => ({ Id: id }),
  delete: (context, id) =>
    ignoreMissing(["InvalidAssociationID.NotFound"], () =>
      ec2(context).disassociateRouteTable({ AssociationId: id }),
    ),
};

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
