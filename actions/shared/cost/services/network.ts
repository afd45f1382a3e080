import { type Bill, costLine, counted } from "../cost-line.ts";
import { itemsAt, refuseProperty, targetAt, textAt } from "../properties.ts";

export const billNatGateway: Bill = (gateway, world) => {
  const { hours, natGb } = world.usage;
  const isPublic = (textAt(gateway, "ConnectivityType") ?? "public") === "public";
  const address = targetAt(gateway, "AllocationId", world.resources);
  return [
    costLine(world, gateway, "nat-gateway", hours, `${hours} h`),
    costLine(world, gateway, "nat-gateway-data", natGb, `${natGb} GB`),
    // An address in the set is billed with its own resource.
    ...(isPublic && !address
      ? [costLine(world, gateway, "public-ipv4", hours, `its address × ${hours} h`)]
      : []),
  ];
};

/** In use or not: since February 2024 both cost the same. */
export const billElasticIp: Bill = (address, world) => {
  const { hours } = world.usage;
  return [costLine(world, address, "public-ipv4", hours, `${hours} h`)];
};

export const billEndpoint: Bill = (endpoint, world) => {
  const type = textAt(endpoint, "VpcEndpointType") ?? "Gateway";
  if (type === "Gateway") return "gateway endpoints (S3, DynamoDB) are free";
  if (type !== "Interface") refuseProperty(endpoint, "VpcEndpointType", type);
  const { hours, endpointGb } = world.usage;
  const subnets = itemsAt(endpoint, "SubnetIds").length || 1;
  return [
    costLine(world, endpoint, "vpc-endpoint", subnets * hours, `${counted(subnets, "subnet")} × ${hours} h`),
    costLine(world, endpoint, "vpc-endpoint-data", endpointGb, `${endpointGb} GB`),
  ];
};
