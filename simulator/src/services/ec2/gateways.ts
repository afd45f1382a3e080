import type { NatGateway as Description } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { hasMappedAddresses, natGatewayState, natGatewayUsing, takePrivateAddress } from "./addresses.ts";
import { type FilterTable, list } from "./list.ts";
import {
  dependencyViolation,
  type Ec2State,
  find,
  type InternetGateway,
  invalidValue,
  type NatGateway,
  newId,
  remove,
  unsupported,
} from "./state.ts";
import { addTags, tagsFrom, tagsOf } from "./tags.ts";

export function internetGatewayOperations(state: Ec2State): Operations<"ec2"> {
  return {
    createInternetGateway: (input) => {
      refuseUnsupported(unsupported, "CreateInternetGateway", input, ["TagSpecifications"]);
      const tags = tagsFrom(input.TagSpecifications, "internet-gateway");
      const gateway = { id: newId("igw") };
      state.internetGateways.set(gateway.id, gateway);
      addTags(state, gateway.id, tags);
      return { InternetGateway: describeInternetGateway(state, gateway) };
    },
    describeInternetGateways: (input) => {
      const { items, NextToken } = list(state, "internetGateways", input, {
        "internet-gateway-id": ({ id }) => [id],
        "attachment.vpc-id": ({ vpcId }) => [vpcId],
        "attachment.state": ({ vpcId }) => [vpcId && "available"],
        "owner-id": () => [state.accountId],
      });
      return { InternetGateways: items.map((gateway) => describeInternetGateway(state, gateway)), NextToken };
    },
    // The simulator creates none; tools that read a VPC request them.
    describeVpnGateways: () => ({ VpnGateways: [] }),
    attachInternetGateway: ({ InternetGatewayId, VpcId }) => {
      const gateway = find(state, "internetGateways", InternetGatewayId);
      const vpc = find(state, "vpcs", VpcId);
      if (gateway.vpcId !== undefined)
        throw new AwsError(
          "Resource.AlreadyAssociated",
          `resource ${gateway.id} is already attached to network ${gateway.vpcId}`,
        );
      if ([...state.internetGateways.values()].some((other) => other.vpcId === vpc.id))
        throw invalidValue(`Network ${vpc.id} already has an internet gateway attached`);
      gateway.vpcId = vpc.id;
      return {};
    },
    detachInternetGateway: ({ InternetGatewayId, VpcId }) => {
      const gateway = find(state, "internetGateways", InternetGatewayId);
      const vpc = find(state, "vpcs", VpcId);
      if (gateway.vpcId !== vpc.id)
        throw new AwsError(
          "Gateway.NotAttached",
          `resource ${gateway.id} is not attached to network ${vpc.id}`,
        );
      if (hasMappedAddresses(state, vpc.id))
        throw new AwsError(
          "DependencyViolation",
          `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
        );
      gateway.vpcId = undefined;
      return {};
    },
    deleteInternetGateway: ({ InternetGatewayId }) => {
      const gateway = find(state, "internetGateways", InternetGatewayId);
      if (gateway.vpcId !== undefined) throw dependencyViolation("internetGateway", gateway.id);
      remove(state, "internetGateways", gateway.id);
      return {};
    },
  };
}

function describeInternetGateway(state: Ec2State, { id, vpcId }: InternetGateway) {
  return {
    InternetGatewayId: id,
    OwnerId: state.accountId,
    // EC2 reports "available" here, which the SDK's enumeration does not know.
    Attachments: vpcId === undefined ? [] : [{ VpcId: vpcId, State: "available" as "attached" }],
    Tags: tagsOf(state, id),
  };
}

export function natGatewayOperations(state: Ec2State): Operations<"ec2"> {
  return {
    createNatGateway: (input) => {
      refuseUnsupported(unsupported, "CreateNatGateway", input, [
        "SubnetId AllocationId TagSpecifications ClientToken",
      ]);
      const tags = tagsFrom(input.TagSpecifications, "natgateway");
      const subnet = find(state, "subnets", input.SubnetId);
      const address = addressFor(state, input.AllocationId);
      const nat: NatGateway = {
        id: newId("nat"),
        subnetId: subnet.id,
        vpcId: subnet.vpcId,
        privateIp: takePrivateAddress(state, subnet),
        address,
        createTime: state.now(),
        failure: failureIn(state, subnet.vpcId),
      };
      state.natGateways.set(nat.id, nat);
      addTags(state, nat.id, tags);
      return { NatGateway: describeNatGateway(state, nat), ClientToken: input.ClientToken };
    },
    describeNatGateways: (input) => {
      const { items, NextToken } = list(state, "natGateways", input, filters(state));
      return { NatGateways: items.map((nat) => describeNatGateway(state, nat)), NextToken };
    },
    deleteNatGateway: ({ NatGatewayId }) => {
      const nat = find(state, "natGateways", NatGatewayId);
      nat.deleteTime ??= state.now();
      return { NatGatewayId: nat.id };
    },
  };
}

/** A public one reaches the internet through the internet gateway of its VPC; without one, it fails after a while. */
function failureIn(state: Ec2State, vpcId: string): NatGateway["failure"] {
  if ([...state.internetGateways.values()].some((gateway) => gateway.vpcId === vpcId)) return undefined;
  return { code: "Gateway.NotAttached", message: `Network ${vpcId} has no Internet gateway attached` };
}

function addressFor(state: Ec2State, allocationId: string | undefined) {
  if (allocationId === undefined)
    throw new AwsError("MissingParameter", "The request must contain the parameter AllocationId");
  const address = find(state, "addresses", allocationId);
  if (natGatewayUsing(state, address.id) || address.association)
    throw new AwsError(
      "Resource.AlreadyAssociated",
      `Elastic IP address [${address.id}] is already associated`,
    );
  return address;
}

function describeNatGateway(state: Ec2State, nat: NatGateway): Description {
  return {
    NatGatewayId: nat.id,
    SubnetId: nat.subnetId,
    VpcId: nat.vpcId,
    State: natGatewayState(state, nat),
    FailureCode: nat.failure?.code,
    FailureMessage: nat.failure?.message,
    ConnectivityType: "public",
    NatGatewayAddresses: [
      {
        AllocationId: nat.address.id,
        PublicIp: nat.address.publicIp,
        PrivateIp: nat.privateIp,
        IsPrimary: true,
        Status: nat.failure ? "failed" : "succeeded",
      },
    ],
    CreateTime: nat.createTime,
    DeleteTime: nat.deleteTime,
    Tags: tagsOf(state, nat.id),
  };
}

const filters = (state: Ec2State): FilterTable<NatGateway> => ({
  "nat-gateway-id": ({ id }) => [id],
  "subnet-id": ({ subnetId }) => [subnetId],
  "vpc-id": ({ vpcId }) => [vpcId],
  state: (nat) => [natGatewayState(state, nat)],
});
