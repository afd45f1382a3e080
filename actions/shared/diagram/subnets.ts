import type { EvaluatedResource } from "../cloudformation/resources.ts";
import { describeValue, Reference } from "../cloudformation/values.ts";
import { idOf } from "./diagram.ts";
import type { DrawnResources } from "./drawn-resources.ts";
import { titleOf } from "./drawn-types.ts";

/** A subnet of the templates, or an existing one. */
export interface Subnet {
  readonly id: string;
  readonly title: string;
  /** Without routes in the templates, the kind is unknown. */
  readonly kind: "public-subnets" | "private-subnets" | "subnets";
  /** Distinguishes its zone from others. */
  readonly zone: string | undefined;
  /** A reference to a VPC of the templates, or the name of an existing one. */
  readonly vpc: unknown;
}

export function subnetsAt(resource: EvaluatedResource, path: string, resources: DrawnResources): Subnet[] {
  return resources.valuesAt(resource, path).flatMap((value) => {
    const found = value instanceof Reference ? resources.find(value) : undefined;
    if (found?.type === "AWS::EC2::Subnet") return subnetOf(found, resources);
    return typeof value === "string" ? existingSubnet(value) : [];
  });
}

export function subnetOf(subnet: EvaluatedResource, resources: DrawnResources): Subnet {
  const zone = subnet.properties.AvailabilityZone;
  return {
    id: idOf(subnet),
    title: titleOf(subnet, resources),
    kind: isPublic(subnet, resources) ? "public-subnets" : "private-subnets",
    zone: zone === undefined ? undefined : describeValue(zone),
    vpc: subnet.properties.VpcId,
  };
}

function existingSubnet(name: string): Subnet {
  return { id: name, title: nameOfExisting(name), kind: "subnets", zone: undefined, vpc: undefined };
}

/** Returns Public Subnet1 from `subnet LabVPC/Public Subnet1`, the text of a profile's lookup without an account. */
export function nameOfExisting(name: string): string {
  return name.replace(/^(vpc|subnet) (.*\/)?/, "");
}

/** Returns whether one of its routes leads to an internet gateway. */
function isPublic(subnet: EvaluatedResource, resources: DrawnResources): boolean {
  return routesOf(subnet, resources).some(
    (route) => resources.targetsAt(route, "GatewayId", ["AWS::EC2::InternetGateway"]).length > 0,
  );
}

export function routesOf(subnet: EvaluatedResource, resources: DrawnResources): EvaluatedResource[] {
  const tables = resources
    .ofType("AWS::EC2::SubnetRouteTableAssociation")
    .filter((association) => resources.targetsAt(association, "SubnetId", [subnet.type]).includes(subnet))
    .flatMap((association) => resources.targetsAt(association, "RouteTableId", ["AWS::EC2::RouteTable"]));
  return resources
    .ofType("AWS::EC2::Route")
    .filter((route) =>
      resources
        .targetsAt(route, "RouteTableId", ["AWS::EC2::RouteTable"])
        .some((table) => tables.includes(table)),
    );
}
