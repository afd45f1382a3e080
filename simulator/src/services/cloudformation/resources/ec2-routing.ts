import { tagSpecifications, updateTags } from "./ec2-network.ts";
import { ignoreMissing } from "./ignore-missing.ts";
import type { ResourceContext, ResourceType } from "./resource-type.ts";
import { tags, text } from "./shape.ts";

const ec2 = (context: ResourceContext) => context.environment.aws.ec2;

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
