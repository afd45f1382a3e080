import type { Subnet, VpcEndpoint } from "@aws-sdk/client-ec2";
import { type Answer, admission, admissionOfInternet } from "./addresses.ts";
import type { Need } from "./needs.ts";
import {
  allowIn,
  allowOut,
  groupsOf,
  idsOf,
  type Network,
  type Placement,
  peerIn,
  rulesIn,
  rulesOut,
  type Way,
} from "./network.ts";
import { publicSubnets, type RouteOut, routeOut, setRoute } from "./routes.ts";

const https = 443;

/** A part of the way of one subnet to one service. `how` and `fix` are equal for all that one change opens. */
interface Obstacle {
  readonly answer: Answer;
  readonly how: string;
  readonly fix: string;
  /** Given if the route decides. */
  readonly out?: RouteOut;
  /** Id of the endpoint that decides. */
  readonly endpoint?: string | undefined;
}

interface Found extends Obstacle {
  readonly subnet: Subnet;
  readonly need: Need;
}

interface Asked {
  readonly network: Network;
  readonly placement: Placement;
  readonly region: string;
  /** Account of the tasks. */
  readonly account?: string | undefined;
  /** Sets the address or the subnets of the tasks, such as `aws ecs update-service …`. */
  readonly giveAddress: string;
}

/**
 * Returns the services that tasks cannot reach from a subnet, or for which that cannot be decided. A task may be placed
 * in any of the subnets. Network ACLs, endpoint policies and DNS servers are not read.
 */
export function waysOut(asked: Asked, needs: readonly Need[]): Way[] {
  const { network, placement } = asked;
  const subnets = network.subnets.filter(({ SubnetId = "", Ipv6Native }) => {
    return placement.subnets.includes(SubnetId) && !Ipv6Native;
  });
  const found = subnets.flatMap((subnet) => {
    const out = routeOut(network, subnet, placement.assignPublicIp === "ENABLED");
    return needs.flatMap((need) =>
      obstacles(asked, subnet, need, out).map((each): Found => ({ ...each, subnet, need })),
    );
  });
  const shut = found.filter(({ answer }) => answer !== "open");
  // Without AWS's own DNS, a VPC may have other servers, which are not read.
  const how = `${subnets[0]?.VpcId} has enableDnsSupport off`;
  if (shut.length === 0 && network.dns?.support === false)
    shut.push(...found.map(({ subnet, need }): Found => ({ subnet, need, answer: "unknown", how, fix: "" })));
  const byFix = Map.groupBy(shut, ({ how, fix }) => `${how} ${fix}`);
  return [...byFix.values()].map((ways) => describe(asked, ways));
}

/** Returns everything that a way has to pass. */
function obstacles(asked: Asked, subnet: Subnet, need: Need, out: RouteOut): Obstacle[] {
  const { network, placement } = asked;
  const groups = groupsOf(network, placement);
  const endpoints = endpointsOf(asked, subnet, need);
  const inside = endpoints.find((each) => each.PrivateDnsEnabled && resolvesPrivateNames(network));
  if (inside) return throughEndpoint(asked, subnet, inside);
  const mayOpen = mayHaveOthers(asked, subnet, need, out);
  const unlessOpen = (answer: Answer) => (mayOpen && answer === "closed" ? "unknown" : answer);
  const letsOut = admissionOfInternet(rulesOut(groups), https);
  const some = letsOut === "closed" ? "no HTTPS to" : "HTTPS to some only of";
  const ofGroups: Obstacle = {
    answer: unlessOpen(letsOut),
    how: `their security groups (${idsOf(groups).join(", ")}) allow ${some} the internet's addresses, which AWS services have`,
    fix: allowOut(idsOf(groups)[0] ?? "", https, undefined),
  };
  const isGateway = (each: VpcEndpoint) => each.RouteTableIds?.includes(out.table?.RouteTableId ?? "");
  if (endpoints.some(isGateway)) return [ofGroups];
  const how = `${out.text}${out.lacksAddress ? ", and the tasks get none" : ""}`;
  const route: Obstacle = { answer: unlessOpen(out.answer), how, fix: fixRoute(asked, out), out };
  const lacks = route.answer === "closed" && lackingEndpoints(asked, [{ ...route, subnet, need }]);
  if (!lacks) return [ofGroups, route];
  // Endpoints open all tables. Those with an interface have a private address.
  const byEndpoint = { ...route, fix: "" };
  return need.endpoint === "s3" ? [ofGroups, byEndpoint] : [byEndpoint];
}

/**
 * The owner of a shared subnet may have endpoints, which others do not see ("Share your VPC with other accounts");
 * another network may have them ("Centralized access to VPC private endpoints"). Over IPv6, tasks reach some public
 * registries, but not AWS's IPv4-only names ("Making requests to Amazon ECR registries") unless the subnet has DNS64.
 */
function mayHaveOthers(
  { account }: Asked,
  { OwnerId, EnableDns64 = false, Ipv6CidrBlockAssociationSet = [] }: Subnet,
  { endpoint }: Need,
  { table }: RouteOut,
): boolean {
  const routes = table?.Routes?.filter((each) => each.State === "active" && each.GatewayId !== "local") ?? [];
  const targets = routes.flatMap((route) => Object.values(route));
  const leadsElsewhere = targets.some((target) => /^(?:tgw|pcx|vgw)-|:core-network\//.test(target));
  const isShared = account && OwnerId && account !== OwnerId;
  if (endpoint !== undefined && (leadsElsewhere || isShared)) return true;
  const hasIpv6 = routes.some((route) => route.DestinationIpv6CidrBlock);
  return hasIpv6 && Ipv6CidrBlockAssociationSet.length > 0 && (endpoint === undefined || EnableDns64);
}

/** Private names need both attributes ("DNS attributes for your VPC", VPC user guide). */
const resolvesPrivateNames = ({ dns }: Network) => dns === undefined || (dns.support && dns.hostnames);

/** Next to a gateway, an endpoint of S3 has its private name for on-premises resolvers, unless it says otherwise. */
function endpointsOf({ network, region }: Asked, { VpcId }: Subnet, need: Need): VpcEndpoint[] {
  if (need.endpoint === undefined || (need.region ?? region) !== region) return [];
  const all = network.endpoints.filter(
    ({ VpcId: vpc, ServiceName = "", State = "" }) =>
      vpc === VpcId && ServiceName.endsWith(`.${region}.${need.endpoint}`) && /^available$/i.test(State),
  );
  const gateways = all.filter(({ VpcEndpointType }) => VpcEndpointType === "Gateway");
  return all.filter(({ VpcEndpointType, DnsOptions }) => {
    if (VpcEndpointType === "Gateway" || gateways.length === 0) return true;
    return DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint === false;
  });
}

/** The private name leads to the endpoint, whatever other way there is ("Private DNS names", AWS PrivateLink). */
function throughEndpoint(
  { network, placement }: Asked,
  { SubnetId = "" }: Subnet,
  { VpcEndpointId: id, SubnetIds = [], Groups = [] }: VpcEndpoint,
): Obstacle[] {
  const [tasks, own] = [groupsOf(network, placement), Groups.map(({ GroupId = "" }) => GroupId)];
  const ofEndpoint = network.groups.filter(({ GroupId = "" }) => own.includes(GroupId));
  const isShown = ofEndpoint.length === own.length;
  const letsIn = admission(rulesIn(ofEndpoint), https, peerIn(network, idsOf(tasks), [SubnetId]));
  const letsOut = admission(rulesOut(tasks), https, peerIn(network, own, SubnetIds));
  const [task = ""] = idsOf(tasks);
  if (SubnetIds.length === 0)
    return [
      {
        ...{ answer: "closed", endpoint: id, how: "which is in no subnet" },
        fix: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --add-subnet-ids ${SubnetId}`,
      },
    ];
  return [
    {
      ...{ answer: letsOut, endpoint: id },
      how: `to which their security groups (${idsOf(tasks).join(", ")}) allow no HTTPS`,
      fix: allowOut(task, https, own[0]),
    },
    {
      ...{ answer: letsIn === "closed" && !isShown ? "unknown" : letsIn, endpoint: id },
      how: `whose security groups (${own.join(", ")}) do not admit them on port ${https}`,
      fix: allowIn(own[0] ?? "", https, task),
    },
  ];
}

/** Tasks with a public address use the VPC's internet gateway, as a NAT gateway's subnet does; others a NAT gateway. */
function fixRoute({ network, placement, giveAddress }: Asked, out: RouteOut): string {
  if (out.lacksAddress) return giveAddress;
  const isOfNat = out.nat !== undefined && out.nat.RouteTableId !== out.table?.RouteTableId;
  const table = isOfNat ? out.nat : out.table;
  const { VpcId, Routes = [] } = table ?? {};
  if (isOfNat || placement.assignPublicIp === "ENABLED") {
    const ofVpc = network.routeTables.flatMap((each) => (each.VpcId === VpcId && each.Routes) || []);
    const known = ofVpc.find(({ GatewayId, State }) => GatewayId?.startsWith("igw-") && State === "active");
    if (known) return setRoute(table, `--gateway-id ${known.GatewayId}`);
    const route = Routes.find(({ DestinationCidrBlock }) => DestinationCidrBlock === "0.0.0.0/0");
    return route?.GatewayId?.startsWith("igw-")
      ? `aws ec2 attach-internet-gateway --internet-gateway-id ${route.GatewayId} --vpc-id ${VpcId}`
      : setRoute(table);
  }
  const leadsOut = publicSubnets(network, VpcId).map(({ SubnetId }) => SubnetId);
  const working = network.natGateways.find(
    ({ State, SubnetId }) => State === "available" && leadsOut.includes(SubnetId),
  );
  const throughNat = (id = "<id of a NAT gateway in a public subnet>") =>
    setRoute(table, `--nat-gateway-id ${id}`);
  if (working || !leadsOut[0]) return throughNat(working?.NatGatewayId);
  const address = "$(aws ec2 allocate-address --query AllocationId --output text)";
  const create = `aws ec2 create-nat-gateway --subnet-id ${leadsOut[0]} --allocation-id ${address}`;
  const wait = "aws ec2 wait nat-gateway-available --nat-gateway-ids $nat";
  return `nat=$(${create} --query NatGateway.NatGatewayId --output text) && ${wait} && ${throughNat("$nat")}`;
}

/** Joins the ways that one change opens. */
function describe(asked: Asked, ways: readonly Found[]): Way {
  const [{ fix, answer, out, ...first } = ways[0] as Found] = ways;
  const unique = (values: readonly string[]) => [...new Set(values)].join(", ");
  const who = `tasks in ${unique(ways.map(({ subnet }) => subnet.SubnetId ?? ""))}`;
  const what = unique(ways.map(({ need }) => need.name));
  const endpoints = unique(ways.flatMap(({ endpoint }) => endpoint ?? []));
  const table = `route table ${unique(ways.map((each) => each.out?.table?.RouteTableId ?? ""))} `;
  const decides = endpoints ? `the service's name leads to the endpoint ${endpoints}, ` : "";
  const how = `${out ? table : decides}${first.how}`;
  if (answer !== "closed")
    return { kind: "out", answer: "unknown", text: `whether ${who} reach ${what}: ${how}`, fix: "" };
  const lacking = out && lackingEndpoints(asked, ways);
  const text = `${who} cannot reach ${what}: ${how}${lacking?.text ?? ""}`;
  return { kind: "out", answer, text, fix: lacking?.fix ?? fix };
}

/** Where a VPC has endpoints instead of a way to the internet, some of them or their private names are missing. */
function lackingEndpoints({ network, region, placement }: Asked, ways: readonly Found[]) {
  const vpcId = ways[0]?.subnet.VpcId;
  const ofVpc = network.endpoints.filter(({ VpcId, Groups = [] }) => VpcId === vpcId && Groups.length > 0);
  const lacked = [...new Set(ways.map(({ need }) => need.endpoint))];
  const ownOf = (name = "-") =>
    ofVpc.find(({ ServiceName = "" }) => ServiceName.endsWith(`.${region}.${name}`));
  const like = ofVpc.find(({ PrivateDnsEnabled }) => PrivateDnsEnabled) ?? ofVpc[0];
  // Endpoints lead to their own region only, and to services of AWS.
  const isElsewhere = ways.some(({ need }) => !need.endpoint || (need.region ?? region) !== region);
  if (!like || isElsewhere) return undefined;
  const missing = lacked.filter((name) => !ownOf(name));
  const nameless = lacked.flatMap((name) => ownOf(name) ?? []).filter((own) => !own.PrivateDnsEnabled);
  const ids = nameless.map(({ VpcEndpointId }) => VpcEndpointId);
  const unresolved = resolvesPrivateNames(network) ? [] : ["support", "hostnames"];
  if (missing.length + ids.length + unresolved.length === 0) return undefined;
  const tables = [...new Set(ways.flatMap(({ out }) => out?.table?.RouteTableId ?? []))].join(" ");
  const create = `aws ec2 create-vpc-endpoint --vpc-id ${vpcId} --service-name ${like.ServiceName?.split(region)[0]}${region}`;
  const settings = `--vpc-endpoint-type Interface --subnet-ids ${placement.subnets.join(" ")} --security-group-ids ${like.Groups?.[0]?.GroupId}`;
  const texts = [
    ...(unresolved.length > 0 ? [`${vpcId} does not resolve the private DNS names of its endpoints`] : []),
    ...(missing.length > 0 ? [`${vpcId} has no endpoint for ${missing.join(", ")}`] : []),
    ...(ids.length > 0 ? [`its endpoint ${ids.join(", ")} has no private DNS name`] : []),
  ];
  const commands = [
    ...unresolved.map((name) => `aws ec2 modify-vpc-attribute --vpc-id ${vpcId} --enable-dns-${name}`),
    ...missing.map((name) => `${create}.${name} ${name === "s3" ? `--route-table-ids ${tables}` : settings}`),
    ...ids.map((id) => `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --private-dns-enabled`),
  ];
  return { text: texts.map((text) => `, and ${text}`).join(""), fix: commands.join("; ") };
}
