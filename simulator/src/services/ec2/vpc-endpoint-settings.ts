import { createHash } from "node:crypto";
import { AwsError } from "../../kit/errors.ts";
import { takePrivateAddress } from "./addresses.ts";
import { securityGroupsFor } from "./instance-settings.ts";
import { type Ec2State, find, newId, type RouteTable, type Subnet, type VpcEndpoint } from "./state.ts";

export interface EndpointInput {
  readonly addRouteTables?: readonly string[] | undefined;
  readonly removeRouteTables?: readonly string[] | undefined;
  readonly addSubnets?: readonly string[] | undefined;
  readonly removeSubnets?: readonly string[] | undefined;
  readonly securityGroups?: readonly string[] | undefined;
  readonly privateDns?: boolean | undefined;
  readonly policy?: string | undefined;
}

/** Applies a request to an endpoint; changes nothing if any part of it is invalid. */
export function applyEndpointInput(state: Ec2State, endpoint: VpcEndpoint, input: EndpointInput): void {
  refuseOtherKind(endpoint, input);
  const tables = (input.addRouteTables ?? []).map((id) => ofVpc(endpoint, find(state, "routeTables", id)));
  const subnets = (input.addSubnets ?? []).map((id) => ofVpc(endpoint, find(state, "subnets", id)));
  const kept = endpoint.interfaces.filter(({ subnetId }) => !input.removeSubnets?.includes(subnetId));
  refuseSharedZones(state, [...kept.map(({ subnetId }) => find(state, "subnets", subnetId)), ...subnets]);
  const groups = input.securityGroups && securityGroupsFor(state, endpoint.vpcId, input.securityGroups);
  if (input.privateDns && !endpoint.privateDns) refusePrivateNames(state, endpoint);
  const policy = input.policy === undefined ? endpoint.policy : checkPolicy(input.policy);

  removeRoutes(state, endpoint, input.removeRouteTables ?? []);
  for (const table of tables) addRoute(endpoint, table);
  endpoint.interfaces = [
    ...kept,
    ...subnets.map((subnet) => ({
      id: newId("eni"),
      subnetId: subnet.id,
      privateIp: takePrivateAddress(state, subnet),
    })),
  ];
  endpoint.securityGroupIds = groups ?? endpoint.securityGroupIds;
  endpoint.privateDns = input.privateDns ?? endpoint.privateDns;
  endpoint.policy = policy;
}

export function removeRoutes(state: Ec2State, endpoint: VpcEndpoint, tableIds: readonly string[]): void {
  endpoint.routeTableIds = endpoint.routeTableIds.filter((id) => !tableIds.includes(id));
  for (const id of tableIds) {
    const table = state.routeTables.get(id);
    if (table) table.routes = table.routes.filter(({ target }) => !leadsTo(target, endpoint.id));
  }
}

function leadsTo(target: RouteTable["routes"][number]["target"], id: string): boolean {
  return "gatewayId" in target && target.gatewayId === id;
}

function addRoute(endpoint: VpcEndpoint, table: RouteTable): void {
  const destination = prefixListId(endpoint.serviceName);
  if (table.routes.some((route) => route.destination === destination))
    throw new AwsError(
      "RouteAlreadyExists",
      `route table ${table.id} already has a route with destination-prefix-list-id ${destination}`,
    );
  table.routes.push({ destination, target: { gatewayId: endpoint.id }, origin: "CreateRoute" });
  endpoint.routeTableIds = [...endpoint.routeTableIds, table.id];
}

function refuseOtherKind({ type }: VpcEndpoint, input: EndpointInput): void {
  const foreign: readonly (readonly [string, unknown])[] =
    type === "Gateway"
      ? [
          ["SubnetIds", input.addSubnets?.length],
          ["SecurityGroupIds", input.securityGroups?.length],
          ["PrivateDnsEnabled", input.privateDns],
        ]
      : [["RouteTableIds", input.addRouteTables?.length]];
  for (const [name, value] of foreign)
    if (value)
      throw new AwsError("InvalidParameter", `${name} cannot be given for endpoints of type ${type}.`);
}

function ofVpc<Item extends { readonly id: string; readonly vpcId: string }>(
  { vpcId }: VpcEndpoint,
  item: Item,
): Item {
  if (item.vpcId === vpcId) return item;
  throw new AwsError("InvalidParameter", `${item.id} does not belong to ${vpcId}.`);
}

/** An interface endpoint has one subnet in a zone. Source: CreateVpcEndpoint, "DuplicateSubnetsInSameZone". */
function refuseSharedZones(state: Ec2State, subnets: readonly Subnet[]): void {
  const zones = subnets.map(({ zone }) => zone);
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  if (twice !== undefined)
    throw new AwsError(
      "DuplicateSubnetsInSameZone",
      `Found another VPC endpoint subnet in the availability zone ${twice} of ${state.region}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.`,
    );
}

function refusePrivateNames(state: Ec2State, endpoint: VpcEndpoint): void {
  const vpc = find(state, "vpcs", endpoint.vpcId);
  if (!vpc.dnsSupport || !vpc.dnsHostnames)
    throw new AwsError(
      "InvalidParameter",
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpc.id}`,
    );
  const taken = [...state.vpcEndpoints.values()].some(
    (other) =>
      other.id !== endpoint.id &&
      other.vpcId === endpoint.vpcId &&
      other.serviceName === endpoint.serviceName &&
      other.privateDns,
  );
  if (taken)
    throw new AwsError(
      "InvalidParameter",
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${endpoint.serviceName} in the VPC ${endpoint.vpcId}`,
    );
}

function checkPolicy(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new AwsError("InvalidPolicyDocument", `The policy is not JSON: ${(error as Error).message}`);
  }
}

/** Services with gateway endpoints. Source: "Gateway endpoints", VPC user guide. */
const gatewayServices = ["s3", "dynamodb"];
/** Services with interface endpoints that deployments to ECS use. Source: "AWS services that integrate". */
const interfaceServices = [
  "application-autoscaling",
  "cloudformation",
  "codecommit",
  "codedeploy",
  "codepipeline",
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "ecs",
  "ecs-agent",
  "ecs-telemetry",
  "elasticloadbalancing",
  "events",
  "git-codecommit",
  "kms",
  "lambda",
  "logs",
  "monitoring",
  "rds",
  "s3",
  "secretsmanager",
  "ssm",
  "ssmmessages",
  "sts",
];

/** Throws InvalidServiceName, which lists the existing services. */
export function refuseUnknownService(region: string, name: string, type: "Gateway" | "Interface"): void {
  const services = type === "Gateway" ? gatewayServices : interfaceServices;
  if (services.some((service) => name === `com.amazonaws.${region}.${service}`)) return;
  throw new AwsError(
    "InvalidServiceName",
    `The Vpc Endpoint Service '${name}' does not exist. The simulator has these ${type} endpoints: com.amazonaws.${region}.${services.join(", ")}.`,
  );
}

/** The list of a service's addresses, which routes to a gateway endpoint have as their destination. */
function prefixListId(serviceName: string): string {
  return `pl-${createHash("sha256").update(serviceName).digest("hex").slice(0, 8)}`;
}
