import type { NatGateway as Description } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { natGatewayState, natGatewayUsing, takePrivateAddress } from "./addresses.ts";
import { type FilterTable, list } from "./list.ts";
import { type Ec2State, find, invalidValue, type NatGateway, newId, unsupported } from "./state.ts";
import { addTags, tagsFrom, tagsOf } from "./tags.ts";

/** State only: tasks use the machine's own network, with any route table. */
export function natGatewayOperations(state: Ec2State): Service<"ec2">["operations"] {
  return {
    createNatGateway: (input) => {
      refuseUnsupported(unsupported, "CreateNatGateway", input, [
        "SubnetId",
        "AllocationId",
        "ConnectivityType",
        "PrivateIpAddress",
        "TagSpecifications",
        "ClientToken",
      ]);
      const tags = tagsFrom(input.TagSpecifications, "natgateway");
      const subnet = find(state, "subnets", input.SubnetId);
      const address = addressFor(state, input.ConnectivityType ?? "public", input.AllocationId);
      const nat: NatGateway = {
        id: newId("nat"),
        subnetId: subnet.id,
        vpcId: subnet.vpcId,
        privateIp: takePrivateAddress(state, subnet, input.PrivateIpAddress),
        address,
        createTime: state.now(),
        failure: address && failureIn(state, subnet.vpcId),
      };
      state.natGateways.set(nat.id, nat);
      addTags(state, nat.id, tags);
      return { NatGateway: describe(state, nat), ClientToken: input.ClientToken };
    },
    describeNatGateways: (input) => {
      const { items, NextToken } = list(state, "natGateways", input, filters(state));
      return { NatGateways: items.map((nat) => describe(state, nat)), NextToken };
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

function addressFor(state: Ec2State, connectivity: string, allocationId: string | undefined) {
  if (connectivity === "private") {
    if (allocationId === undefined) return undefined;
    throw invalidValue(
      "AllocationId is for a public NAT gateway; leave it out with ConnectivityType private.",
    );
  }
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

function describe(state: Ec2State, nat: NatGateway): Description {
  return {
    NatGatewayId: nat.id,
    SubnetId: nat.subnetId,
    VpcId: nat.vpcId,
    State: natGatewayState(state, nat),
    FailureCode: nat.failure?.code,
    FailureMessage: nat.failure?.message,
    ConnectivityType: nat.address ? "public" : "private",
    NatGatewayAddresses: [
      {
        AllocationId: nat.address?.id,
        PublicIp: nat.address?.publicIp,
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
