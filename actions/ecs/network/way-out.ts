import type { Subnet, VpcEndpoint } from "@aws-sdk/client-ec2";
import { type Answer, admission, admissionOfInternet, all } from "./addresses.ts";
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

/** The way of one subnet to one service. `how` is equal for all ways that one change opens. */
interface Found {
  readonly answer: Answer;
  readonly how: string;
  readonly subnet: Subnet;
  readonly need: Need;
  readonly fix: string;
  /** Given if the route decides. */
  readonly out?: RouteOut;
}

interface Asked {
  readonly network: Network;
  readonly placement: Placement;
  readonly region: string;
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
    return needs.map((need) => withNames(network, wayTo(asked, subnet, need, out)));
  });
  const shut = found.filter(({ answer }) => answer !== "open");
  return [...Map.groupBy(shut, ({ how }) => how).values()].map((ways) => describe(asked, ways));
}

/** Without AWS's own DNS, a VPC may have other servers, which are not read. */
function withNames({ dns }: Network, found: Found): Found {
  if (dns?.support !== false || found.answer !== "open") return found;
  return { ...found, answer: "unknown", how: `${found.subnet.VpcId} has enableDnsSupport off` };
}

function wayTo(asked: Asked, subnet: Subnet, need: Need, out: RouteOut): Found {
  const { network, placement, region } = asked;
  const groups = groupsOf(network, placement);
  const endpoints = endpointsOf(asked, subnet, need);
  const inside = endpoints.find((each) => each.PrivateDnsEnabled && resolvesPrivateNames(network));
  if (inside) return { subnet, need, ...throughEndpoint(asked, subnet, inside) };
  const [group = ""] = idsOf(groups);
  const letsOut = admissionOfInternet(rulesOut(groups), https);
  const table = out.table?.RouteTableId ?? "";
  const isGateway = endpoints.some(({ RouteTableIds = [] }) => RouteTableIds.includes(table));
  const answer = all([letsOut, isGateway && (need.region ?? region) === region ? "open" : out.answer]);
  if (letsOut === "closed" && (isGateway || out.answer !== "closed"))
    return {
      ...{ subnet, need, answer },
      how: `their security groups (${idsOf(groups).join(", ")}) allow no HTTPS to the internet's addresses, which AWS services have`,
      fix: allowOut(group, https, undefined),
    };
  const address = out.lacksAddress ? ", and the tasks get none" : "";
  const how = `route table ${table} ${out.text}${address}`;
  return { subnet, need, answer, how, fix: fixRoute(asked, out), out };
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
  return gateways.length === 0
    ? all
    : all.filter((each) => {
        const isForAll = each.DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint === false;
        return isForAll || gateways.includes(each);
      });
}

/** The private name leads to the endpoint, whatever other way there is ("Private DNS names", AWS PrivateLink). */
function throughEndpoint(
  { network, placement }: Asked,
  { SubnetId = "" }: Subnet,
  { VpcEndpointId: id, SubnetIds = [], Groups = [] }: VpcEndpoint,
): Omit<Found, "subnet" | "need"> {
  const [tasks, own] = [groupsOf(network, placement), Groups.map(({ GroupId = "" }) => GroupId)];
  const ofEndpoint = network.groups.filter(({ GroupId = "" }) => own.includes(GroupId));
  const isShown = ofEndpoint.length === own.length;
  const letsIn = admission(rulesIn(ofEndpoint), https, peerIn(network, idsOf(tasks), [SubnetId]));
  const letsOut = admission(rulesOut(tasks), https, peerIn(network, own, SubnetIds));
  const answer = all([letsIn === "closed" && !isShown ? "unknown" : letsIn, letsOut]);
  const [task = ""] = idsOf(tasks);
  if (SubnetIds.length === 0)
    return {
      answer: "closed",
      how: `the service's name leads to the endpoint ${id}, which is in no subnet`,
      fix: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --add-subnet-ids ${SubnetId}`,
    };
  if (letsOut === "closed")
    return {
      answer,
      how: `their security groups (${idsOf(tasks).join(", ")}) allow no HTTPS to the endpoint ${id}, to which the service's name leads`,
      fix: allowOut(task, https, own[0]),
    };
  return {
    answer,
    how: `the service's name leads to the endpoint ${id}, whose security groups (${own.join(", ")}) do not admit them on port ${https}`,
    fix: allowIn(own[0] ?? "", https, task),
  };
}

/** Tasks with a public address need an internet gateway; others a NAT gateway, such as one that works already. */
function fixRoute({ network, giveAddress, placement }: Asked, { table, lacksAddress }: RouteOut): string {
  if (lacksAddress) return giveAddress;
  const leadsOut = publicSubnets(network, table?.VpcId);
  const working = network.natGateways.find(
    (nat) => nat.State === "available" && leadsOut.some(({ SubnetId }) => SubnetId === nat.SubnetId),
  );
  if (working) return setRoute(table, working.NatGatewayId);
  if (placement.assignPublicIp === "ENABLED") return setRoute(table);
  const subnet = leadsOut[0]?.SubnetId;
  if (!subnet) return setRoute(table, "<id of a NAT gateway in a public subnet>");
  const address = "$(aws ec2 allocate-address --query AllocationId --output text)";
  const create = `aws ec2 create-nat-gateway --subnet-id ${subnet} --allocation-id ${address}`;
  const wait = "aws ec2 wait nat-gateway-available --nat-gateway-ids $nat";
  return `nat=$(${create} --query NatGateway.NatGatewayId --output text) && ${wait} && ${setRoute(table, "$nat")}`;
}

/** Joins the ways that one change opens. */
function describe(asked: Asked, ways: readonly Found[]): Way {
  const [{ how, fix, answer, out } = ways[0] as Found] = ways;
  const unique = (values: readonly string[]) => [...new Set(values)].join(", ");
  const who = `tasks in ${unique(ways.map(({ subnet }) => subnet.SubnetId ?? ""))}`;
  const what = unique(ways.map(({ need }) => need.name));
  if (answer === "unknown")
    return { kind: "out", answer, text: `whether ${who} reach ${what}: ${how}`, fix: "" };
  const lacking = out && lackingEndpoints(asked, ways);
  const text = `${who} cannot reach ${what}: ${how}${lacking?.text ?? ""}`;
  return { kind: "out", answer: "closed", text, fix: lacking?.fix ?? fix };
}

/** Where a VPC has endpoints instead of a way to the internet, one of them or its private name is missing. */
function lackingEndpoints({ network, region, placement }: Asked, ways: readonly Found[]) {
  const vpcId = ways[0]?.subnet.VpcId;
  const ofVpc = network.endpoints.filter(({ VpcId, Groups = [] }) => VpcId === vpcId && Groups.length > 0);
  const lacked = [...new Set(ways.flatMap(({ need }) => need.endpoint ?? []))];
  const [own] = ofVpc.filter(({ ServiceName = "" }) =>
    lacked.some((name) => ServiceName.endsWith(`.${region}.${name}`)),
  );
  const { VpcEndpointId: id } = own ?? {};
  if (own && !own.PrivateDnsEnabled)
    return {
      text: `, and its endpoint ${id} has no private DNS name`,
      fix: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --private-dns-enabled`,
    };
  const modify = `aws ec2 modify-vpc-attribute --vpc-id ${vpcId}`;
  if (own && !resolvesPrivateNames(network))
    return {
      text: `, and ${vpcId} does not resolve the private DNS name of its endpoint ${id}`,
      fix: `${modify} --enable-dns-support, and ${modify} --enable-dns-hostnames`,
    };
  const [like] = ofVpc.filter(({ PrivateDnsEnabled }) => PrivateDnsEnabled);
  if (own || !like || lacked.length === 0) return undefined;
  const prefix = like.ServiceName?.split(region)[0];
  const commands = lacked.map((name) => {
    const create = `aws ec2 create-vpc-endpoint --vpc-id ${vpcId} --service-name ${prefix}${region}.${name}`;
    const tables = ways.flatMap(({ out }) => out?.table?.RouteTableId ?? []);
    return name === "s3"
      ? `${create} --route-table-ids ${[...new Set(tables)].join(" ")}`
      : `${create} --vpc-endpoint-type Interface --subnet-ids ${placement.subnets.join(" ")} --security-group-ids ${like.Groups?.[0]?.GroupId}`;
  });
  return { text: `, and ${vpcId} has no endpoint for ${lacked.join(", ")}`, fix: commands.join("; ") };
}
