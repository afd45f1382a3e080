import { ec2Tagging, tagSpecifications } from "./ec2-network.ts";
import {
  listChanges,
  type Properties,
  physicalId,
  type ResourceContext,
  resourceType,
  waitUntil,
} from "./resource-type.ts";
import { boolean, list, oneOf, tags, text } from "./shape.ts";

async function findAddress({ aws }: ResourceContext, PublicIp: string) {
  return (await aws.ec2.describeAddresses({ PublicIps: [PublicIp] })).Addresses?.[0];
}

/** Ref gives the address itself. */
export const eip = resourceType({
  properties: { Domain: oneOf("vpc"), InstanceId: text, Tags: tags },
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
  properties: { SubnetId: text, AllocationId: text, Tags: tags },
  required: ["SubnetId"],
  replacement: ["SubnetId", "AllocationId"],
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
    waitUntil(context, async () => {
      const { State, FailureMessage } = (await findNatGateway(context, id)) ?? {};
      if (State === "failed") throw new Error(`NatGateway ${id} is in state failed: ${FailureMessage}`);
      return State === "available";
    }),
  async delete(context, id) {
    await context.aws.ec2.deleteNatGateway({ NatGatewayId: id });
    await waitUntil(context, async () => (await findNatGateway(context, id))?.State === "deleted");
  },
});

export const vpcEndpoint = resourceType({
  properties: {
    VpcId: text,
    ServiceName: text,
    VpcEndpointType: oneOf("Gateway", "Interface"),
    PrivateDnsEnabled: boolean,
    RouteTableIds: list(text),
    SubnetIds: list(text),
    SecurityGroupIds: list(text),
    Tags: tags,
  },
  required: ["VpcId", "ServiceName"],
  replacement: ["VpcId", "ServiceName", "VpcEndpointType"],
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
