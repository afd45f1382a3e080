import type { Route as Description } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { formatCidr, parseCidr } from "./cidr.ts";
import {
  type Ec2State,
  find,
  invalidValue,
  type Route,
  type RouteTable,
  type RouteTarget,
  unsupported,
} from "./state.ts";

const members = ["RouteTableId", "DestinationCidrBlock", "GatewayId", "NatGatewayId"] as const;

export function routeOperations(state: Ec2State): Service<"ec2">["operations"] {
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
export function describeRoute(state: Ec2State, table: RouteTable, route: Route): Description {
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
