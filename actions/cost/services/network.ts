import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { counted } from "../../core/summary.ts";
import { type Bill, type CostContext, type CostLine, lineOf } from "../cost-line.ts";
import { itemsAt, refuseProperty, targetAt, textAt } from "../properties.ts";

const billNatGateway: Bill = (gateway, context, line) => {
  const { hours, natGb } = context.usage;
  const isPublic = (textAt(gateway, "ConnectivityType") ?? "public") === "public";
  const address = targetAt(gateway, "AllocationId", context.resources);
  return [
    line("nat-gateway", hours, `${hours} h`),
    line("nat-gateway-data", natGb, `${natGb} GB`),
    // An address in the set is billed with its own resource.
    ...(isPublic && !address ? [line("public-ipv4", hours, `its address × ${hours} h`)] : []),
  ];
};

/** In use or not: since February 2024 both cost the same. */
const billElasticIp: Bill = (_, context, line) => {
  const { hours } = context.usage;
  return [line("public-ipv4", hours, `${hours} h`)];
};

const billEndpoint: Bill = (endpoint, context, line) => {
  const type = textAt(endpoint, "VpcEndpointType") ?? "Gateway";
  if (type === "Gateway") return "gateway endpoints (S3, DynamoDB) are free";
  if (type !== "Interface") refuseProperty(endpoint, "VpcEndpointType", type);
  const { hours, endpointGb } = context.usage;
  const subnets = itemsAt(endpoint, "SubnetIds").length || 1;
  return [
    line("vpc-endpoint", subnets * hours, `${counted(subnets, "subnet")} × ${hours} h`),
    line("vpc-endpoint-data", endpointGb, `${endpointGb} GB`),
  ];
};

const kbOfGb = 1024 ** 2;

/** Bills the responses to this share of all requests. Incoming data, and data within a zone, is free. */
export function billDataOut(resource: EvaluatedResource, context: CostContext, share: number): CostLine {
  const { requests, responseKb } = context.usage;
  const gb = (requests * share * responseKb) / kbOfGb;
  return lineOf(context, resource)("data-out", gb, `${requests * share} responses × ${responseKb} KB`);
}

export const networkBills = {
  elasticIp: billElasticIp,
  endpoint: billEndpoint,
  natGateway: billNatGateway,
};
