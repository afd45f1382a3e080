import { isIPv6 } from "node:net";
import type { IpPermission } from "@aws-sdk/client-ec2";
import { formatCidr, parseCidr } from "./cidr.ts";
import { type Ec2State, find, invalidValue, newId, type Peer, type Rule } from "./state.ts";

/** Protocol numbers that EC2 returns as names. */
const protocolNames: Record<string, string> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" };
const portProtocols = new Set(["tcp", "udp"]);

/** One rule per peer of a permission, as EC2 keeps them. */
export function toRules(state: Ec2State, egress: boolean, permission: IpPermission): Rule[] {
  if (permission.PrefixListIds?.length)
    throw invalidValue("The simulator has no prefix lists; give IpRanges instead of PrefixListIds.");
  const { protocol, from, to } = trafficOf(permission);
  const rules = peersOf(state, permission).map(({ peer, description }) => ({
    id: newId("sgr"),
    egress,
    protocol,
    from,
    to,
    peer,
    description,
  }));
  if (rules.length === 0)
    throw invalidValue("A permission needs a peer: IpRanges, Ipv6Ranges or UserIdGroupPairs.");
  return rules;
}

/** Returns whether traffic and peer are equal: the description does not make a rule different. */
export function sameRule(a: Rule, b: Rule): boolean {
  return keyOf(a) + peerName(a.peer) === keyOf(b) + peerName(b.peer) && a.egress === b.egress;
}

export function peerName(peer: Peer): string {
  return peer.kind === "group" ? peer.groupId : peer.cidr;
}

/** Rules that share protocol and ports are one permission in the describe calls. */
export function toPermissions(accountId: string, rules: readonly Rule[]): IpPermission[] {
  const keys = new Set(rules.map(keyOf));
  const groups = [...keys].map((key) => rules.filter((rule) => keyOf(rule) === key));
  return groups.map((same) => ({
    IpProtocol: same[0]?.protocol,
    FromPort: same[0]?.from,
    ToPort: same[0]?.to,
    IpRanges: same.flatMap(({ peer, description: Description }) =>
      peer.kind === "ipv4" ? [{ CidrIp: peer.cidr, Description }] : [],
    ),
    Ipv6Ranges: same.flatMap(({ peer, description: Description }) =>
      peer.kind === "ipv6" ? [{ CidrIpv6: peer.cidr, Description }] : [],
    ),
    PrefixListIds: [],
    UserIdGroupPairs: same.flatMap(({ peer, description: Description }) =>
      peer.kind === "group" ? [{ GroupId: peer.groupId, UserId: accountId, Description }] : [],
    ),
  }));
}

function keyOf({ protocol, from, to }: Rule): string {
  return `${protocol}/${from}/${to}/`;
}

function trafficOf({ IpProtocol = "", FromPort, ToPort }: IpPermission) {
  const protocol = protocolNames[IpProtocol] ?? IpProtocol.toLowerCase();
  const number = Number(protocol);
  if (protocol === "-1") return { protocol, from: undefined, to: undefined };
  if (
    !Object.values(protocolNames).includes(protocol) &&
    !(Number.isInteger(number) && number >= 0 && number < 256)
  )
    throw invalidValue(
      `Invalid value '${IpProtocol}' for IP protocol. Use -1, tcp, udp, icmp, icmpv6 or a number.`,
    );
  const isPort = (port: number | undefined) => port !== undefined && port >= 0 && port <= 65_535;
  if (
    portProtocols.has(protocol) &&
    !(isPort(FromPort) && isPort(ToPort) && Number(FromPort) <= Number(ToPort))
  )
    throw invalidValue(
      `Invalid value '${FromPort}-${ToPort}' for portRange. Must specify both from and to ports.`,
    );
  return { protocol, from: FromPort, to: ToPort };
}

function peersOf(
  state: Ec2State,
  { IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] }: IpPermission,
): { peer: Peer; description: string | undefined }[] {
  return [
    ...IpRanges.map(({ CidrIp = "", Description: description }) => {
      const cidr = parseCidr(CidrIp);
      if (!cidr) throw malformed(CidrIp);
      return { peer: { kind: "ipv4" as const, cidr: formatCidr(cidr) }, description };
    }),
    ...Ipv6Ranges.map(({ CidrIpv6 = "", Description: description }) => {
      const [address = "", prefix = ""] = CidrIpv6.split("/");
      if (!isIPv6(address) || !/^\d{1,3}$/.test(prefix) || Number(prefix) > 128) throw malformed(CidrIpv6);
      return { peer: { kind: "ipv6" as const, cidr: CidrIpv6 }, description };
    }),
    ...UserIdGroupPairs.map(({ GroupId, Description: description }) => {
      const { id } = find(state, "securityGroups", GroupId);
      return { peer: { kind: "group" as const, groupId: id }, description };
    }),
  ];
}

function malformed(cidr: string) {
  return invalidValue(`CIDR block ${cidr} is malformed`);
}
