import type { CreateVpcEndpointCommandInput, VpcEndpoint as Description } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { securityGroupsFor } from "./instance-settings.ts";
import { type FilterTable, list } from "./list.ts";
import { type Ec2State, find, newId, remove, unsupported, type VpcEndpoint } from "./state.ts";
import { addTags, tagsFrom, tagsOf } from "./tags.ts";
import {
  applyEndpointInput,
  type EndpointInput,
  refuseUnknownService,
  removeRoutes,
} from "./vpc-endpoint-settings.ts";

const openPolicy = JSON.stringify({
  Version: "2008-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
});

export function vpcEndpointOperations(state: Ec2State): Operations<"ec2"> {
  return {
    createVpcEndpoint: (input) => create(state, input),
    describeVpcEndpoints: (input) => {
      const { items, NextToken } = list(state, "vpcEndpoints", input, filters);
      return { VpcEndpoints: items.map((endpoint) => describe(state, endpoint)), NextToken };
    },
    modifyVpcEndpoint: (input) => {
      refuseUnsupported(unsupported, "ModifyVpcEndpoint", input, [
        "VpcEndpointId AddRouteTableIds RemoveRouteTableIds AddSubnetIds RemoveSubnetIds AddSecurityGroupIds",
        "RemoveSecurityGroupIds PrivateDnsEnabled PolicyDocument ResetPolicy",
      ]);
      const endpoint = find(state, "vpcEndpoints", input.VpcEndpointId);
      const { AddSecurityGroupIds: added, RemoveSecurityGroupIds: removed } = input;
      const kept = endpoint.securityGroupIds.filter((id) => !removed?.includes(id));
      const change: EndpointInput = {
        addRouteTables: input.AddRouteTableIds,
        removeRouteTables: input.RemoveRouteTableIds,
        addSubnets: input.AddSubnetIds,
        removeSubnets: input.RemoveSubnetIds,
        securityGroups: added || removed ? [...new Set([...kept, ...(added ?? [])])] : undefined,
        privateDns: input.PrivateDnsEnabled,
        policy: input.ResetPolicy ? openPolicy : input.PolicyDocument,
      };
      applyEndpointInput(state, endpoint, change);
      return { Return: true };
    },
    deleteVpcEndpoints: ({ VpcEndpointIds = [] }) => {
      const missing = VpcEndpointIds.filter((id) => !state.vpcEndpoints.has(id));
      for (const id of VpcEndpointIds) {
        const endpoint = state.vpcEndpoints.get(id);
        if (!endpoint) continue;
        removeRoutes(state, endpoint, endpoint.routeTableIds);
        remove(state, "vpcEndpoints", id);
      }
      return {
        Unsuccessful: missing.map((ResourceId) => ({
          ResourceId,
          Error: {
            Code: "InvalidVpcEndpoint.NotFound",
            Message: `The Vpc Endpoint Id '${ResourceId}' does not exist`,
          },
        })),
      };
    },
  };
}

function create(state: Ec2State, input: CreateVpcEndpointCommandInput) {
  refuseUnsupported(unsupported, "CreateVpcEndpoint", input, [
    "VpcId ServiceName VpcEndpointType RouteTableIds SubnetIds SecurityGroupIds PrivateDnsEnabled",
    "PolicyDocument TagSpecifications ClientToken",
  ]);
  const tags = tagsFrom(input.TagSpecifications, "vpc-endpoint");
  const vpc = find(state, "vpcs", input.VpcId);
  const { VpcEndpointType: type = "Gateway", ServiceName = "" } = input;
  if (type !== "Gateway" && type !== "Interface")
    throw new AwsError("InvalidParameter", `The simulator has no VPC endpoints of type ${type}.`);
  refuseUnknownService(state.region, ServiceName, type);
  const endpoint: VpcEndpoint = {
    id: newId("vpce"),
    type,
    serviceName: ServiceName,
    vpcId: vpc.id,
    createdAt: state.now(),
    policy: openPolicy,
    routeTableIds: [],
    interfaces: [],
    securityGroupIds: type === "Interface" ? securityGroupsFor(state, vpc.id, undefined) : [],
    privateDns: false,
  };
  applyEndpointInput(state, endpoint, {
    addRouteTables: input.RouteTableIds,
    addSubnets: input.SubnetIds,
    securityGroups: input.SecurityGroupIds,
    // Interface endpoints have private names by default.
    privateDns: type === "Interface" ? (input.PrivateDnsEnabled ?? true) : input.PrivateDnsEnabled,
    policy: input.PolicyDocument,
  });
  state.vpcEndpoints.set(endpoint.id, endpoint);
  addTags(state, endpoint.id, tags);
  return { VpcEndpoint: describe(state, endpoint), ClientToken: input.ClientToken };
}

function describe(state: Ec2State, endpoint: VpcEndpoint): Description {
  const service = endpoint.serviceName.split(".").slice(3).join(".");
  return {
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    ServiceName: endpoint.serviceName,
    VpcId: endpoint.vpcId,
    OwnerId: state.accountId,
    // EC2 writes it small, which the SDK's enumeration does not know.
    State: "available" as "Available",
    PolicyDocument: endpoint.policy,
    RouteTableIds: [...endpoint.routeTableIds],
    SubnetIds: endpoint.interfaces.map(({ subnetId }) => subnetId),
    NetworkInterfaceIds: endpoint.interfaces.map(({ id }) => id),
    Groups: endpoint.securityGroupIds.map((GroupId) => ({
      GroupId,
      GroupName: state.securityGroups.get(GroupId)?.name,
    })),
    PrivateDnsEnabled: endpoint.privateDns,
    DnsEntries:
      endpoint.type === "Interface"
        ? [{ DnsName: `${endpoint.id}-0.${service}.${state.region}.vpce.amazonaws.com` }]
        : [],
    RequesterManaged: false,
    CreationTimestamp: endpoint.createdAt,
    Tags: tagsOf(state, endpoint.id),
  };
}

const filters: FilterTable<VpcEndpoint> = {
  "vpc-endpoint-id": ({ id }) => [id],
  "vpc-endpoint-type": ({ type }) => [type],
  "vpc-endpoint-state": () => ["available"],
  "service-name": ({ serviceName }) => [serviceName],
  "vpc-id": ({ vpcId }) => [vpcId],
};
