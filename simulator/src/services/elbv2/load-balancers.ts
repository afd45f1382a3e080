import { randomInt } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type {
  AvailabilityZone,
  CreateLoadBalancerInput,
  LoadBalancer,
  SubnetMapping,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { defaultAttributes, loadBalancerAttributes } from "./attributes.ts";
import type { Listeners } from "./listeners.ts";
import {
  findLoadBalancer,
  type LoadBalancerRecord,
  listenersOf,
  newId,
  page,
  type State,
  tagMap,
  unsupported,
  validationError,
} from "./state.ts";

/** AWS takes two to three minutes; half a minute shows the state without a long wait. */
const provisioningMs = 30_000;

/** Route 53 zone of Application Load Balancers (AWS General Reference, "Elastic Load Balancing endpoints"). */
const hostedZoneIds: Record<string, string> = {
  "us-east-1": "Z35SXDOTRQ7X7K",
  "eu-west-3": "Z3Q77PNBQS71R4",
};

/** `onZones` is called when the zones of a load balancer have changed. */
export function loadBalancerOperations(
  environment: Environment,
  state: State,
  listeners: Listeners,
  onZones: () => void,
): Operations<"elbv2"> {
  const describe = (record: LoadBalancerRecord) => describeLoadBalancer(environment, record);
  return {
    createLoadBalancer: async (input) => ({
      LoadBalancers: [describe(await createLoadBalancer(environment, state, input))],
    }),
    describeLoadBalancers: (input) => {
      const { items, NextMarker } = page(selectLoadBalancers(state, input), input);
      return { LoadBalancers: items.map(describe), NextMarker };
    },
    deleteLoadBalancer: async ({ LoadBalancerArn = "" }) => {
      const loadBalancer = state.loadBalancers.get(LoadBalancerArn);
      if (loadBalancer === undefined) return {};
      refuseProtected(loadBalancer);
      const itsListeners = listenersOf(state, loadBalancer.arn);
      state.loadBalancers.delete(loadBalancer.arn);
      await Promise.all(itsListeners.map(listeners.remove));
      return {};
    },
    setSecurityGroups: async (input) => {
      const loadBalancer = findLoadBalancer(state, input.LoadBalancerArn);
      refuseUnsupported(unsupported, "SetSecurityGroups", input, ["LoadBalancerArn SecurityGroups"]);
      if (!input.SecurityGroups?.length) throw validationError("A security group must be specified");
      const vpcId = loadBalancer.description.VpcId ?? "";
      const SecurityGroups = await readSecurityGroups(environment, vpcId, input.SecurityGroups);
      loadBalancer.description = { ...loadBalancer.description, SecurityGroups };
      return { SecurityGroupIds: SecurityGroups };
    },
    setSubnets: async (input) => {
      const loadBalancer = findLoadBalancer(state, input.LoadBalancerArn);
      refuseUnsupported(unsupported, "SetSubnets", input, ["LoadBalancerArn Subnets SubnetMappings"]);
      const { vpcId, zones } = await readPlacement(environment, input);
      if (vpcId !== loadBalancer.description.VpcId)
        throw new AwsError(
          "InvalidConfigurationRequestException",
          "Subnets must be in the load balancer's VPC",
        );
      loadBalancer.description = { ...loadBalancer.description, AvailabilityZones: zones };
      onZones();
      return { AvailabilityZones: zones, IpAddressType: loadBalancer.description.IpAddressType };
    },
  };
}

function describeLoadBalancer({ clock }: Environment, { description }: LoadBalancerRecord): LoadBalancer {
  const age = clock.now().getTime() - (description.CreatedTime?.getTime() ?? 0);
  return { ...description, State: { Code: age >= clock.toWall(provisioningMs) ? "active" : "provisioning" } };
}

async function createLoadBalancer(
  environment: Environment,
  state: State,
  input: CreateLoadBalancerInput,
): Promise<LoadBalancerRecord> {
  const description = await readDescription(environment, input);
  const name = input.Name as string;
  const existing = findByName(state, name);
  if (existing === undefined) {
    const record = createRecord(environment, name, description, tagMap(input.Tags));
    state.loadBalancers.set(record.arn, record);
    return record;
  }
  if (isSame(existing.description, description)) return existing;
  throw new AwsError(
    "DuplicateLoadBalancerNameException",
    `A load balancer with the same name '${name}' exists, but with different settings`,
  );
}

function refuseProtected({ arn, attributes }: LoadBalancerRecord): void {
  if (attributes.get("deletion_protection.enabled") !== "true") return;
  throw new AwsError(
    "OperationNotPermittedException",
    `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
  );
}

async function readDescription(
  environment: Environment,
  input: CreateLoadBalancerInput,
): Promise<LoadBalancer> {
  const { Name = "", Type = "application", Scheme = "internet-facing", IpAddressType = "ipv4" } = input;
  if (!/^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(Name))
    throw validationError(
      `Load balancer name '${Name}' must have 1 to 32 letters, digits or hyphens, with no hyphen at either end and no 'internal-' in front`,
    );
  if (Type !== "application")
    throw validationError(`The simulator does not serve load balancers of type '${Type}', only application`);
  if (IpAddressType !== "ipv4")
    throw validationError(`The simulator does not serve IpAddressType '${IpAddressType}', only ipv4`);
  refuseUnsupported(unsupported, "CreateLoadBalancer", input, [
    "Name Type Scheme IpAddressType Subnets SubnetMappings SecurityGroups Tags",
  ]);
  const { vpcId, zones } = await readPlacement(environment, input);
  if (Scheme === "internet-facing") await requireInternetGateway(environment, vpcId);
  return {
    LoadBalancerName: Name,
    Scheme,
    VpcId: vpcId,
    Type,
    AvailabilityZones: zones,
    SecurityGroups: await readSecurityGroups(environment, vpcId, input.SecurityGroups),
    IpAddressType,
  };
}

/** Recorded: openshift/installer's change log, and others. */
async function requireInternetGateway({ aws, networks }: Environment, vpcId: string): Promise<void> {
  if (networks.mode === "off") return;
  const Filters = [{ Name: "attachment.vpc-id", Values: [vpcId] }];
  const { InternetGateways = [] } = await aws.ec2.describeInternetGateways({ Filters });
  if (InternetGateways.length === 0)
    throw new AwsError("InvalidSubnetException", `VPC ${vpcId} has no internet gateway`);
}

/** Returns whether the settings are equal, in any order of subnets and groups. */
function isSame(existing: LoadBalancer, wanted: LoadBalancer): boolean {
  const settingsOf = ({ AvailabilityZones, SecurityGroups, Scheme, IpAddressType }: LoadBalancer) => ({
    Scheme,
    IpAddressType,
    subnets: new Set(AvailabilityZones?.map(({ SubnetId }) => SubnetId)),
    groups: new Set(SecurityGroups),
  });
  return isDeepStrictEqual(settingsOf(existing), settingsOf(wanted));
}

function createRecord(
  { region, accountId, clock }: Environment,
  name: string,
  description: LoadBalancer,
  tags: Map<string, string>,
): LoadBalancerRecord {
  const path = `app/${name}/${newId()}`;
  const arn = `arn:aws:elasticloadbalancing:${region}:${accountId}:loadbalancer/${path}`;
  const prefix = description.Scheme === "internal" ? "internal-" : "";
  // AWS numbers load balancers with eight to ten digits.
  const DNSName = `${prefix}${name}-${randomInt(100_000_000, 2_000_000_000)}.${region}.elb.amazonaws.com`;
  return {
    arn,
    path,
    description: {
      ...description,
      LoadBalancerArn: arn,
      DNSName,
      CanonicalHostedZoneId: hostedZoneIds[region],
      CreatedTime: clock.now(),
    },
    attributes: defaultAttributes(loadBalancerAttributes),
    tags,
  };
}

function findByName(state: State, name: string): LoadBalancerRecord | undefined {
  return [...state.loadBalancers.values()].find(({ description }) => description.LoadBalancerName === name);
}

function selectLoadBalancers(
  state: State,
  { LoadBalancerArns, Names }: { LoadBalancerArns?: string[]; Names?: string[] },
): LoadBalancerRecord[] {
  if (LoadBalancerArns?.length && Names?.length)
    throw validationError("Load balancer ARNs and names cannot both be specified");
  if (LoadBalancerArns?.length) return LoadBalancerArns.map((arn) => findLoadBalancer(state, arn));
  if (!Names?.length) return [...state.loadBalancers.values()];
  return Names.map((name) => {
    const found = findByName(state, name);
    if (!found) throw new AwsError("LoadBalancerNotFoundException", `Load balancers '[${name}]' not found`);
    return found;
  });
}

/** Place of a load balancer: its VPC, and a subnet in each of its zones. */
interface Placement {
  readonly vpcId: string;
  readonly zones: AvailabilityZone[];
}

interface Subnets {
  Subnets?: string[] | undefined;
  SubnetMappings?: SubnetMapping[] | undefined;
}

async function readPlacement({ aws }: Environment, input: Subnets): Promise<Placement> {
  const ids = readSubnetIds(input);
  const found = await aws.ec2.describeSubnets({ SubnetIds: ids }).catch((error: unknown) => {
    if (!(error instanceof AwsError) || !error.code.startsWith("InvalidSubnetID")) throw error;
    throw new AwsError("SubnetNotFoundException", error.message);
  });
  const subnets = found.Subnets ?? [];
  const vpcId = subnets[0]?.VpcId ?? "";
  if (subnets.some((subnet) => subnet.VpcId !== vpcId))
    throw new AwsError("InvalidConfigurationRequestException", "All subnets must belong to the same VPC");
  const zones = subnets.map((subnet) => ({
    ZoneName: subnet.AvailabilityZone,
    SubnetId: subnet.SubnetId,
    LoadBalancerAddresses: [],
  }));
  const names = new Set(zones.map(({ ZoneName }) => ZoneName));
  if (names.size < zones.length)
    throw new AwsError(
      "InvalidConfigurationRequestException",
      "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    );
  if (names.size < 2)
    throw validationError("At least two subnets in two different Availability Zones must be specified");
  return { vpcId, zones };
}

function readSubnetIds({ Subnets, SubnetMappings }: Subnets): string[] {
  if (Subnets && SubnetMappings) throw validationError("Subnets and SubnetMappings cannot both be specified");
  for (const mapping of SubnetMappings ?? [])
    refuseUnsupported(unsupported, "SubnetMappings", mapping, ["SubnetId"]);
  const ids = Subnets ?? (SubnetMappings ?? []).map(({ SubnetId }) => SubnetId ?? "");
  if (ids.length < 2)
    throw validationError("At least two subnets in two different Availability Zones must be specified");
  if (new Set(ids).size < ids.length) throw validationError("A subnet cannot be specified more than once");
  return ids;
}

/** Returns the requested groups, or the VPC's default group. */
async function readSecurityGroups(
  { aws }: Environment,
  vpcId: string,
  ids: readonly string[] | undefined,
): Promise<string[]> {
  if (ids === undefined || ids.length === 0) {
    const found = await aws.ec2.describeSecurityGroups({
      Filters: [
        { Name: "vpc-id", Values: [vpcId] },
        { Name: "group-name", Values: ["default"] },
      ],
    });
    return (found.SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []);
  }
  const found = await aws.ec2.describeSecurityGroups({ GroupIds: [...ids] }).catch((error: unknown) => {
    if (!(error instanceof AwsError) || !error.code.startsWith("InvalidGroup")) throw error;
    throw new AwsError("InvalidSecurityGroupException", error.message);
  });
  const foreign = found.SecurityGroups?.find((group) => group.VpcId !== vpcId);
  if (foreign)
    throw new AwsError(
      "InvalidConfigurationRequestException",
      `Security group '${foreign.GroupId}' does not belong to VPC '${vpcId}'`,
    );
  return [...ids];
}
