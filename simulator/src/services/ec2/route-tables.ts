import type { RouteTable as Description, Route as RouteDescription } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { formatCidr, parseCidr } from "./cidr.ts";
import { type FilterTable, list } from "./list.ts";
import {
  dependencyViolation,
  type Ec2State,
  find,
  invalidValue,
  newId,
  type Route,
  type RouteTable,
  type RouteTarget,
  remove,
  unsupported,
  type Vpc,
} from "./state.ts";
import { addTags, tagsFrom, tagsOf } from "./tags.ts";

export function routeTableOperations(state: Ec2State): Operations<"ec2"> {
  return {
    createRouteTable: (input) => {
      refuseUnsupported(unsupported, "CreateRouteTable", input, ["VpcId TagSpecifications ClientToken"]);
      const tags = tagsFrom(input.TagSpecifications, "route-table");
      const vpc = find(state, "vpcs", input.VpcId);
      const table = addRouteTable(state, vpc);
      addTags(state, table.id, tags);
      return { RouteTable: describe(state, table) };
    },
    describeRouteTables: (input) => {
      const { items, NextToken } = list(state, "routeTables", input, filters(state));
      return { RouteTables: items.map((table) => describe(state, table)), NextToken };
    },
    deleteRouteTable: ({ RouteTableId }) => {
      const { id } = find(state, "routeTables", RouteTableId);
      if (associationsOf(state, id).length > 0) throw dependencyViolation("routeTable", id);
      remove(state, "routeTables", id);
      return {};
    },
    associateRouteTable: (input) => {
      refuseUnsupported(unsupported, "AssociateRouteTable", input, ["RouteTableId", "SubnetId"]);
      const table = find(state, "routeTables", input.RouteTableId);
      const subnet = find(state, "subnets", input.SubnetId);
      refuseOtherVpc(table, subnet);
      const taken = [...state.associations.values()].find(({ subnetId }) => subnetId === subnet.id);
      if (taken && taken.routeTableId !== table.id)
        throw new AwsError(
          "Resource.AlreadyAssociated",
          `the specified association for route table ${table.id} conflicts with an existing association`,
        );
      const association = taken ?? { id: newId("rtbassoc"), routeTableId: table.id, subnetId: subnet.id };
      state.associations.set(association.id, association);
      return { AssociationId: association.id, AssociationState: { State: "associated" } };
    },
    disassociateRouteTable: ({ AssociationId }) => {
      const { id, subnetId } = find(state, "associations", AssociationId);
      if (subnetId === undefined)
        throw invalidValue(`cannot disassociate the main route table association ${id}`);
      remove(state, "associations", id);
      return {};
    },
  };
}

/** Creates a table with the route inside its VPC. */
export function addRouteTable(state: Ec2State, vpc: Vpc): RouteTable {
  const local: Route = {
    destination: formatCidr(vpc.cidr),
    target: { gatewayId: "local" },
    origin: "CreateRouteTable",
  };
  const table = { id: newId("rtb"), vpcId: vpc.id, routes: [local] };
  state.routeTables.set(table.id, table);
  return table;
}

function refuseOtherVpc(table: RouteTable, other: { readonly id: string; readonly vpcId: string }): void {
  if (table.vpcId !== other.vpcId)
    throw invalidValue(`Route table ${table.id} and ${other.id} belong to different networks`);
}

function associationsOf(state: Ec2State, routeTableId: string) {
  return [...state.associations.values()].filter((association) => association.routeTableId === routeTableId);
}

function describe(state: Ec2State, table: RouteTable): Description {
  return {
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: state.accountId,
    Associations: associationsOf(state, table.id).map(({ id, subnetId, routeTableId }) => ({
      RouteTableAssociationId: id,
      RouteTableId: routeTableId,
      SubnetId: subnetId,
      Main: subnetId === undefined,
      AssociationState: { State: "associated" },
    })),
    PropagatingVgws: [],
    Routes: table.routes.map((route) => describeRoute(state, table, route)),
    Tags: tagsOf(state, table.id),
  };
}

function filters(state: Ec2State): FilterTable<RouteTable> {
  return {
    "route-table-id": ({ id }) => [id],
    "vpc-id": ({ vpcId }) => [vpcId],
    "owner-id": () => [state.accountId],
    "association.main": ({ id }) => associationsOf(state, id).map(({ subnetId }) => subnetId === undefined),
    "association.subnet-id": ({ id }) => associationsOf(state, id).map(({ subnetId }) => subnetId),
    "association.route-table-id": ({ id }) => associationsOf(state, id).map(() => id),
    "association.route-table-association-id": ({ id }) =>
      associationsOf(state, id).map((association) => association.id),
    "route.destination-cidr-block": ({ routes }) => routes.map(({ destination }) => destination),
    "route.gateway-id": ({ routes }) =>
      routes.map(({ target }) => ("gatewayId" in target ? target.gatewayId : undefined)),
    "route.nat-gateway-id": ({ routes }) =>
      routes.map(({ target }) => ("natGatewayId" in target ? target.natGatewayId : undefined)),
  };
}

const members = ["RouteTableId", "DestinationCidrBlock", "GatewayId", "NatGatewayId"] as const;

export function routeOperations(state: Ec2State): Operations<"ec2"> {
  return {
    createRoute: (input) => {
      refuseUnsupported(unsupported, "CreateRoute", input, members);
      const table = find(state, "routeTables", input.RouteTableId);
      const destination = parseDestination(input.DestinationCidrBlock);
      if (table.routes.some((route) => route.destination === destination))
        throw new AwsError("RouteAlreadyExists", `The route identified by ${destination} already exists.`);
      const target = targetOf(state, table, input);
      table.routes.push({ destination, target, origin: "CreateRoute" });
      return { Return: true };
    },
    replaceRoute: (input) => {
      refuseUnsupported(unsupported, "ReplaceRoute", input, members);
      const table = find(state, "routeTables", input.RouteTableId);
      const route = findRoute(table, input.DestinationCidrBlock);
      const target = targetOf(state, table, input);
      table.routes = table.routes.map((other) => (other === route ? { ...route, target } : other));
      return {};
    },
    deleteRoute: (input) => {
      refuseUnsupported(unsupported, "DeleteRoute", input, ["RouteTableId", "DestinationCidrBlock"]);
      const table = find(state, "routeTables", input.RouteTableId);
      const route = findRoute(table, input.DestinationCidrBlock);
      if ("gatewayId" in route.target && route.target.gatewayId === "local")
        throw invalidValue(`cannot remove local route ${route.destination} in route table ${table.id}`);
      table.routes = table.routes.filter((other) => other !== route);
      return {};
    },
  };
}

/** A route to a deleted gateway stays in the table as a black hole. */
function describeRoute(state: Ec2State, table: RouteTable, route: Route): RouteDescription {
  const { target } = route;
  const live =
    "natGatewayId" in target
      ? isWorking(state, target.natGatewayId)
      : isEndpoint(route) ||
        target.gatewayId === "local" ||
        state.internetGateways.get(target.gatewayId)?.vpcId === table.vpcId;
  return {
    ...(isEndpoint(route)
      ? { DestinationPrefixListId: route.destination }
      : { DestinationCidrBlock: route.destination }),
    GatewayId: "gatewayId" in target ? target.gatewayId : undefined,
    NatGatewayId: "natGatewayId" in target ? target.natGatewayId : undefined,
    Origin: route.origin,
    State: live ? "active" : "blackhole",
  };
}

function isWorking(state: Ec2State, natGatewayId: string): boolean {
  const nat = state.natGateways.get(natGatewayId);
  return nat !== undefined && nat.deleteTime === undefined && nat.failure === undefined;
}

/** Returns whether a route is a gateway endpoint's: its destination is the list of its service's addresses. */
function isEndpoint({ destination }: Route): boolean {
  return destination.startsWith("pl-");
}

function parseDestination(text = ""): string {
  const cidr = parseCidr(text);
  if (cidr) return formatCidr(cidr);
  throw invalidValue(
    `Value (${text}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
  );
}

function findRoute(table: RouteTable, destination: string | undefined): Route {
  const canonical = parseDestination(destination);
  const route = table.routes.find((candidate) => candidate.destination === canonical);
  if (route) return route;
  throw new AwsError(
    "InvalidRoute.NotFound",
    `no route with destination-cidr-block ${canonical} in route table ${table.id}`,
  );
}

function targetOf(
  state: Ec2State,
  table: RouteTable,
  { GatewayId, NatGatewayId }: { GatewayId?: string | undefined; NatGatewayId?: string | undefined },
): RouteTarget {
  if ((GatewayId === undefined) === (NatGatewayId === undefined))
    throw new AwsError(
      "InvalidParameterCombination",
      "Exactly one of gatewayId and natGatewayId must be specified",
    );
  if (NatGatewayId !== undefined) {
    if (find(state, "natGateways", NatGatewayId).vpcId === table.vpcId) return { natGatewayId: NatGatewayId };
    throw differentNetworks(table, NatGatewayId);
  }
  const gateway = find(state, "internetGateways", GatewayId);
  if (gateway.vpcId === table.vpcId) return { gatewayId: gateway.id };
  throw differentNetworks(table, gateway.id);
}

function differentNetworks(table: RouteTable, gatewayId: string): AwsError {
  return invalidValue(
    `route table ${table.id} and network gateway ${gatewayId} belong to different networks`,
  );
}
