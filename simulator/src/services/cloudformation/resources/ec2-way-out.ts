import { tagSpecifications, updateTags } from "./ec2-network.ts";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  waitUntil,
} from "./resource-type.ts";
import { boolean, json, list, oneOf, tags, text } from "./shape.ts";

const ec2 = (context: ResourceContext) => context.environment.aws.ec2;

/** Ref gives the address itself. */
export const eip: ResourceType = {
  properties: { Domain: oneOf("vpc"), InstanceId: text, Tags: tags },
  attributes: ["AllocationId", "PublicIp"],
  async create(context, properties) {
    const { AllocationId, PublicIp = "" } = await ec2(context).allocateAddress({
      Domain: properties.Domain,
      TagSpecifications: tagSpecifications("elastic-ip", properties),
    });
    context.identify(PublicIp);
    if (properties.InstanceId) await associate(context, AllocationId, properties.InstanceId);
    return PublicIp;
  },
  readAttributes: async (context, PublicIp) => {
    const { AllocationId = "" } = await findAddress(context, PublicIp);
    return { AllocationId, PublicIp };
  },
  async update(context, PublicIp, next, previous) {
    const { AllocationId = "", AssociationId } = await findAddress(context, PublicIp);
    if (next.InstanceId !== previous.InstanceId) {
      if (next.InstanceId) await associate(context, AllocationId, next.InstanceId);
      else if (AssociationId) await ec2(context).disassociateAddress({ AssociationId });
    }
    await updateTags(context, AllocationId, next, previous);
  },
  async delete(context, PublicIp) {
    const { AllocationId, AssociationId } = await findAddress(context, PublicIp);
    if (AllocationId === undefined) return;
    if (AssociationId) await ec2(context).disassociateAddress({ AssociationId });
    await ec2(context).releaseAddress({ AllocationId });
  },
};

async function associate(context: ResourceContext, AllocationId: string | undefined, InstanceId: string) {
  await ec2(context).associateAddress({ AllocationId, InstanceId });
}

async function findAddress(context: ResourceContext, PublicIp: string) {
  const { Addresses: [address] = [] } = await ec2(context).describeAddresses({ PublicIps: [PublicIp] });
  return address ?? {};
}

export const natGateway: ResourceType = {
  properties: {
    SubnetId: text,
    AllocationId: text,
    ConnectivityType: oneOf("public", "private"),
    PrivateIpAddress: text,
    Tags: tags,
  },
  required: ["SubnetId"],
  replacement: ["SubnetId", "AllocationId", "ConnectivityType", "PrivateIpAddress"],
  attributes: ["NatGatewayId"],
  async create(context, properties) {
    const { NatGateway } = await ec2(context).createNatGateway({
      SubnetId: properties.SubnetId,
      AllocationId: properties.AllocationId,
      ConnectivityType: properties.ConnectivityType,
      PrivateIpAddress: properties.PrivateIpAddress,
      TagSpecifications: tagSpecifications("natgateway", properties),
    });
    return NatGateway?.NatGatewayId ?? "";
  },
  stabilize: (context, id) =>
    waitUntil(context, async () => {
      const { State, FailureMessage } = await findNatGateway(context, id);
      if (State === "failed") throw new Error(`NatGateway ${id} is in state failed: ${FailureMessage}`);
      return State === "available";
    }),
  readAttributes: async (_, id) => ({ NatGatewayId: id }),
  update: updateTags,
  delete: (context, id) =>
    ignoreMissing(["NatGatewayNotFound"], async () => {
      await ec2(context).deleteNatGateway({ NatGatewayId: id });
      await waitUntil(context, async () => (await findNatGateway(context, id)).State === "deleted");
    }),
};

async function findNatGateway(context: ResourceContext, id: string) {
  const { NatGateways: [gateway] = [] } = await ec2(context).describeNatGateways({ NatGatewayIds: [id] });
  return gateway ?? {};
}

export const vpcEndpoint: ResourceType = {
  properties: {
    VpcId: text,
    ServiceName: text,
    VpcEndpointType: oneOf("Gateway", "Interface"),
    PolicyDocument: json,
    PrivateDnsEnabled: boolean,
    RouteTableIds: list(text),
    SubnetIds: list(text),
    SecurityGroupIds: list(text),
    Tags: tags,
  },
  required: ["VpcId", "ServiceName"],
  replacement: ["VpcId", "ServiceName", "VpcEndpointType"],
  attributes: ["Id", "NetworkInterfaceIds"],
  async create(context, properties) {
    const { PolicyDocument, Tags: _, ...input } = properties;
    const { VpcEndpoint } = await ec2(context).createVpcEndpoint({
      ...(input as { VpcId: string }),
      PolicyDocument: PolicyDocument && JSON.stringify(PolicyDocument),
      TagSpecifications: tagSpecifications("vpc-endpoint", properties),
    });
    return VpcEndpoint?.VpcEndpointId ?? "";
  },
  async readAttributes(context, id) {
    const { VpcEndpoints: [endpoint] = [] } = await ec2(context).describeVpcEndpoints({
      VpcEndpointIds: [id],
    });
    return { Id: id, NetworkInterfaceIds: endpoint?.NetworkInterfaceIds ?? [] };
  },
  async update(context, id, next, previous) {
    const policy = next.PolicyDocument && JSON.stringify(next.PolicyDocument);
    await ec2(context).modifyVpcEndpoint({
      VpcEndpointId: id,
      ...changedMembers("RouteTableIds", next, previous),
      ...changedMembers("SubnetIds", next, previous),
      ...changedMembers("SecurityGroupIds", next, previous),
      PrivateDnsEnabled: next.PrivateDnsEnabled ?? undefined,
      PolicyDocument: policy,
      ResetPolicy: policy === undefined && previous.PolicyDocument !== undefined,
    });
    await updateTags(context, id, next, previous);
  },
  async delete(context, id) {
    // A missing endpoint is reported in the response, which is not an error here.
    await ec2(context).deleteVpcEndpoints({ VpcEndpointIds: [id] });
  },
};

/** `AddSubnetIds` and `RemoveSubnetIds` of ModifyVpcEndpoint, and their like. */
function changedMembers(name: string, next: Properties, previous: Properties): Record<string, string[]> {
  const after: string[] = next[name] ?? [];
  const before: string[] = previous[name] ?? [];
  const added = after.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !after.includes(id));
  return {
    ...(added.length > 0 ? { [`Add${name}`]: added } : {}),
    ...(removed.length > 0 ? { [`Remove${name}`]: removed } : {}),
  };
}
