import type { ResourceType as EC2ResourceType } from "@aws-sdk/client-ec2";
import {
  listChanges,
  type Properties,
  physicalId,
  type ResourceContext,
  resourceType,
  settled,
  type Tagging,
} from "./resource-type.ts";

export const ec2Tagging: Tagging = {
  set: (aws, id, Tags) => aws.ec2.createTags({ Resources: [id], Tags }),
  remove: (aws, id, keys) => aws.ec2.deleteTags({ Resources: [id], Tags: keys.map((Key) => ({ Key })) }),
};

/** Tags of any EC2 resource that is being created. */
export function tagSpecifications(resource: EC2ResourceType, { Tags }: Properties) {
  return Tags?.length ? [{ ResourceType: resource, Tags }] : undefined;
}

export const internetGateway = resourceType({
  attributes: { InternetGatewayId: physicalId },
  tagging: ec2Tagging,
  async create({ aws }, properties) {
    const { InternetGateway } = await aws.ec2.createInternetGateway({
      TagSpecifications: tagSpecifications("internet-gateway", properties),
    });
    return InternetGateway?.InternetGatewayId;
  },
  delete: ({ aws }, id) => aws.ec2.deleteInternetGateway({ InternetGatewayId: id }),
});

/** Its physical id is `IGW|<vpc>`, as CloudFormation reports it. */
export const gatewayAttachment = resourceType({
  async create({ aws }, { VpcId, InternetGatewayId }) {
    await aws.ec2.attachInternetGateway({ VpcId, InternetGatewayId });
    return `IGW|${VpcId}`;
  },
  async update({ aws }, _, { VpcId, InternetGatewayId }, previous) {
    // A VPC has one internet gateway at a time.
    await aws.ec2.detachInternetGateway({ VpcId, InternetGatewayId: previous.InternetGatewayId });
    await aws.ec2.attachInternetGateway({ VpcId, InternetGatewayId });
  },
  delete: ({ aws }, _, { VpcId, InternetGatewayId }) =>
    aws.ec2.detachInternetGateway({ VpcId, InternetGatewayId }),
});

export const routeTable = resourceType({
  attributes: { RouteTableId: physicalId },
  tagging: ec2Tagging,
  async create({ aws }, properties) {
    const { RouteTable } = await aws.ec2.createRouteTable({
      VpcId: properties.VpcId,
      TagSpecifications: tagSpecifications("route-table", properties),
    });
    return RouteTable?.RouteTableId;
  },
  delete: ({ aws }, id) => aws.ec2.deleteRouteTable({ RouteTableId: id }),
});

export const route = resourceType({
  attributes: { CidrBlock: ({ properties }) => properties.DestinationCidrBlock },
  // EC2 itself refuses a route without a target, or with two.
  async create({ aws }, { RouteTableId, ...rest }) {
    await aws.ec2.createRoute({ RouteTableId, ...rest });
    return `${RouteTableId}|${rest.DestinationCidrBlock}`;
  },
  update: ({ aws }, _, { RouteTableId, ...rest }) => aws.ec2.replaceRoute({ RouteTableId, ...rest }),
  delete: ({ aws }, _, { RouteTableId, DestinationCidrBlock }) =>
    aws.ec2.deleteRoute({ RouteTableId, DestinationCidrBlock }),
});

export const subnetRouteTableAssociation = resourceType({
  attributes: { Id: physicalId },
  create: async ({ aws }, { SubnetId, RouteTableId }) =>
    (await aws.ec2.associateRouteTable({ SubnetId, RouteTableId })).AssociationId,
  delete: ({ aws }, id) => aws.ec2.disassociateRouteTable({ AssociationId: id }),
});

export const vpc = resourceType({
  find: async ({ aws }, id) => (await aws.ec2.describeVpcs({ VpcIds: [id] })).Vpcs?.[0],
  attributes: { VpcId: physicalId, CidrBlock: ({ found }) => found.CidrBlock },
  tagging: ec2Tagging,
  async create(context, properties) {
    const { Vpc } = await context.aws.ec2.createVpc({
      CidrBlock: properties.CidrBlock,
      InstanceTenancy: properties.InstanceTenancy,
      TagSpecifications: tagSpecifications("vpc", properties),
    });
    const id = Vpc?.VpcId ?? "";
    context.identify(id);
    await setDns(context, id, properties, {});
    return id;
  },
  update: setDns,
  delete: ({ aws }, id) => aws.ec2.deleteVpc({ VpcId: id }),
});

/** ModifyVpcAttribute takes one attribute per call. AWS's defaults: names resolve, hosts get none. */
async function setDns({ aws }: ResourceContext, VpcId: string, next: Properties, previous: Properties) {
  for (const [name, otherwise] of [
    ["EnableDnsSupport", true],
    ["EnableDnsHostnames", false],
  ] as const) {
    const Value = next[name] ?? otherwise;
    if (Value !== (previous[name] ?? otherwise))
      await aws.ec2.modifyVpcAttribute({ VpcId, [name]: { Value } });
  }
}

export const subnet = resourceType({
  find: async ({ aws }, id) => (await aws.ec2.describeSubnets({ SubnetIds: [id] })).Subnets?.[0],
  attributes: {
    SubnetId: physicalId,
    VpcId: ({ found }) => found.VpcId,
    CidrBlock: ({ found }) => found.CidrBlock,
    AvailabilityZone: ({ found }) => found.AvailabilityZone,
  },
  tagging: ec2Tagging,
  async create(context, properties) {
    const { VpcId, CidrBlock, AvailabilityZone } = properties;
    const { Subnet } = await context.aws.ec2.createSubnet({
      ...{ VpcId, CidrBlock, AvailabilityZone },
      TagSpecifications: tagSpecifications("subnet", properties),
    });
    const id = Subnet?.SubnetId ?? "";
    context.identify(id);
    await setPublicAddresses(context, id, properties, {});
    return id;
  },
  update: setPublicAddresses,
  delete: ({ aws }, id) => aws.ec2.deleteSubnet({ SubnetId: id }),
});

async function setPublicAddresses(
  { aws }: ResourceContext,
  SubnetId: string,
  { MapPublicIpOnLaunch: Value = false }: Properties,
  { MapPublicIpOnLaunch: before = false }: Properties,
) {
  if (Value !== before) await aws.ec2.modifySubnetAttribute({ SubnetId, MapPublicIpOnLaunch: { Value } });
}

async function findAddress({ aws }: ResourceContext, PublicIp: string) {
  return (await aws.ec2.describeAddresses({ PublicIps: [PublicIp] })).Addresses?.[0];
}

/** Ref gives the address itself. */
export const eip = resourceType({
  find: findAddress,
  attributes: { AllocationId: ({ found }) => found.AllocationId, PublicIp: physicalId },
  tagging: {
    ...ec2Tagging,
    target: async ({ context, id }) => (await findAddress(context, id))?.AllocationId ?? "",
  },
  async create({ aws, identify }, properties) {
    const { AllocationId, PublicIp = "" } = await aws.ec2.allocateAddress({
      Domain: properties.Domain,
      TagSpecifications: tagSpecifications("elastic-ip", properties),
    });
    identify(PublicIp);
    const { InstanceId } = properties;
    if (InstanceId) await aws.ec2.associateAddress({ AllocationId, InstanceId });
    return PublicIp;
  },
  async update(context, PublicIp, { InstanceId }, previous) {
    const { ec2 } = context.aws;
    if (InstanceId === previous.InstanceId) return;
    const { AllocationId, AssociationId } = (await findAddress(context, PublicIp)) ?? {};
    if (InstanceId) await ec2.associateAddress({ AllocationId, InstanceId });
    else if (AssociationId) await ec2.disassociateAddress({ AssociationId });
  },
  async delete(context, PublicIp) {
    const { ec2 } = context.aws;
    const address = await findAddress(context, PublicIp);
    if (!address) return;
    const { AllocationId, AssociationId } = address;
    if (AssociationId) await ec2.disassociateAddress({ AssociationId });
    await ec2.releaseAddress({ AllocationId });
  },
});

async function findNatGateway({ aws }: ResourceContext, id: string) {
  return (await aws.ec2.describeNatGateways({ NatGatewayIds: [id] })).NatGateways?.[0];
}

export const natGateway = resourceType({
  attributes: { NatGatewayId: physicalId },
  tagging: ec2Tagging,
  async create({ aws }, properties) {
    const { SubnetId, AllocationId } = properties;
    const { NatGateway } = await aws.ec2.createNatGateway({
      ...{ SubnetId, AllocationId },
      TagSpecifications: tagSpecifications("natgateway", properties),
    });
    return NatGateway?.NatGatewayId;
  },
  stabilize: (context, id) =>
    settled(context, async () => {
      const { State, FailureMessage } = (await findNatGateway(context, id)) ?? {};
      if (State === "failed") throw new Error(`NatGateway ${id} is in state failed: ${FailureMessage}`);
      return State === "available";
    }),
  async delete(context, id) {
    await context.aws.ec2.deleteNatGateway({ NatGatewayId: id });
    await settled(context, async () => (await findNatGateway(context, id))?.State === "deleted");
  },
});

export const vpcEndpoint = resourceType({
  attributes: { Id: physicalId },
  tagging: ec2Tagging,
  async create({ aws }, properties) {
    const { Tags: _, VpcId, ...input } = properties;
    const { VpcEndpoint } = await aws.ec2.createVpcEndpoint({
      ...input,
      VpcId,
      TagSpecifications: tagSpecifications("vpc-endpoint", properties),
    });
    return VpcEndpoint?.VpcEndpointId;
  },
  update: ({ aws }, VpcEndpointId, next, previous) =>
    aws.ec2.modifyVpcEndpoint({
      VpcEndpointId,
      ...changedMembers("RouteTableIds", next, previous),
      ...changedMembers("SubnetIds", next, previous),
      ...changedMembers("SecurityGroupIds", next, previous),
      PrivateDnsEnabled: next.PrivateDnsEnabled,
    }),
  // A missing endpoint is reported in the response, which is not an error here.
  delete: ({ aws }, id) => aws.ec2.deleteVpcEndpoints({ VpcEndpointIds: [id] }),
});

/** `AddSubnetIds` and `RemoveSubnetIds` of ModifyVpcEndpoint, and their like. */
function changedMembers(name: string, next: Properties, previous: Properties): Record<string, string[]> {
  const { added, removed } = listChanges(previous[name], next[name]);
  return {
    ...(added.length > 0 ? { [`Add${name}`]: added } : {}),
    ...(removed.length > 0 ? { [`Remove${name}`]: removed } : {}),
  };
}
