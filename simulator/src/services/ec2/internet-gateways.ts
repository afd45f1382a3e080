import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { hasMappedAddresses } from "./addresses.ts";
import { list } from "./list.ts";
import {
  dependencyViolation,
  type Ec2State,
  find,
  type InternetGateway,
  invalidValue,
  newId,
  remove,
  unsupported,
} from "./state.ts";
import { addTags, tagsFrom, tagsOf } from "./tags.ts";

export function internetGatewayOperations(state: Ec2State): Service<"ec2">["operations"] {
  return {
    createInternetGateway: (input) => {
      refuseUnsupported(unsupported, "CreateInternetGateway", input, ["TagSpecifications"]);
      const tags = tagsFrom(input.TagSpecifications, "internet-gateway");
      const gateway = { id: newId("igw") };
      state.internetGateways.set(gateway.id, gateway);
      addTags(state, gateway.id, tags);
      return { InternetGateway: describe(state, gateway) };
    },
    describeInternetGateways: (input) => {
      const { items, NextToken } = list(state, "internetGateways", input, {
        "internet-gateway-id": ({ id }) => [id],
        "attachment.vpc-id": ({ vpcId }) => [vpcId],
        "attachment.state": ({ vpcId }) => [vpcId && "available"],
        "owner-id": () => [state.accountId],
      });
      return { InternetGateways: items.map((gateway) => describe(state, gateway)), NextToken };
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

function describe(state: Ec2State, { id, vpcId }: InternetGateway) {
  return {
    InternetGatewayId: id,
    OwnerId: state.accountId,
    // EC2 reports "available" here, which the SDK's enumeration does not know.
    Attachments: vpcId === undefined ? [] : [{ VpcId: vpcId, State: "available" as "attached" }],
    Tags: tagsOf(state, id),
  };
}
