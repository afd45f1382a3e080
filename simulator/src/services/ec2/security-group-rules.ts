import { isIPv6 } from "node:net";
import type { IpPermission, SecurityGroupRule } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { formatCidr, parseCidr } from "./cidr.ts";
import {
  type Ec2State,
  find,
  invalidValue,
  newId,
  type Peer,
  type Rule,
  type SecurityGroup,
  unsupported,
} from "./state.ts";

/** The short form (CidrIp, IpProtocol, …) is one flattened permission. */
interface PermissionInput {
  GroupId?: string | undefined;
  IpPermissions?: IpPermission[] | undefined;
  CidrIp?: string | undefined;
  IpProtocol?: string | undefined;
  FromPort?: number | undefined;
  ToPort?: number | undefined;
}

const members = ["GroupId IpPermissions CidrIp IpProtocol FromPort ToPort"] as const;
const revokedMembers = [...members, "SecurityGroupRuleIds"] as const;

export function securityGroupRuleOperations(state: Ec2State): Operations<"ec2"> {
  return {
    authorizeSecurityGroupIngress: (input) => {
      refuseUnsupported(unsupported, "AuthorizeSecurityGroupIngress", input, members);
      return authorize(state, false, input);
    },
    authorizeSecurityGroupEgress: (input) => {
      refuseUnsupported(unsupported, "AuthorizeSecurityGroupEgress", input, members);
      return authorize(state, true, input);
    },
    revokeSecurityGroupIngress: (input) => {
      refuseUnsupported(unsupported, "RevokeSecurityGroupIngress", input, revokedMembers);
      return revoke(state, false, input);
    },
    revokeSecurityGroupEgress: (input) => {
      refuseUnsupported(unsupported, "RevokeSecurityGroupEgress", input, revokedMembers);
      return revoke(state, true, input);
    },
  };
}

function authorize(state: Ec2State, egress: boolean, input: PermissionInput) {
  const group = find(state, "securityGroups", input.GroupId);
  const rules = permissionsOf(input).flatMap((permission) => toRules(state, egress, permission));
  const isForeign = ({ peer }: Rule) =>
    peer.kind === "group" && find(state, "securityGroups", peer.groupId).vpcId !== group.vpcId;
  // Recorded: kubernetes-sigs/aws-load-balancer-controller#1862.
  if (rules.some(isForeign))
    throw new AwsError(
      "InvalidGroup.NotFound",
      "You have specified two resources that belong to different networks.",
    );
  const known = rules.find((rule) => group.rules.some((other) => sameRule(rule, other)));
  if (known)
    throw new AwsError("InvalidPermission.Duplicate", `the specified rule "${name(known)}" already exists`);
  group.rules = [...group.rules, ...rules];
  return { Return: true, SecurityGroupRules: rules.map((rule) => describe(state, group, rule)) };
}

function revoke(
  state: Ec2State,
  egress: boolean,
  input: PermissionInput & { SecurityGroupRuleIds?: string[] | undefined },
) {
  const group = find(state, "securityGroups", input.GroupId);
  const mine = group.rules.filter((rule) => rule.egress === egress);
  const named = (input.SecurityGroupRuleIds ?? []).map((id) => mine.find((rule) => rule.id === id));
  const described = input.SecurityGroupRuleIds
    ? []
    : permissionsOf(input)
        .flatMap((permission) => toRules(state, egress, permission))
        .map((rule) => mine.find((other) => sameRule(rule, other)));
  const revoked = [...named, ...described];
  if (revoked.includes(undefined))
    throw new AwsError(
      "InvalidPermission.NotFound",
      "The specified rule does not exist in this security group.",
    );
  group.rules = group.rules.filter((rule) => !revoked.includes(rule));
  return { Return: true, UnknownIpPermissions: [] };
}

function permissionsOf(input: PermissionInput): IpPermission[] {
  const { IpPermissions, CidrIp, IpProtocol, FromPort, ToPort } = input;
  if (IpPermissions && IpProtocol !== undefined)
    throw new AwsError("InvalidParameterCombination", "Give either ipPermissions or ipProtocol, not both.");
  if (IpPermissions) return IpPermissions;
  if (IpProtocol === undefined || CidrIp === undefined)
    throw new AwsError(
      "MissingParameter",
      "The request must contain ipPermissions, or ipProtocol and cidrIp.",
    );
  return [{ IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp }] }];
}

function name({ protocol, from, to, peer }: Rule): string {
  const traffic = protocol === "-1" ? "ALL" : protocol.toUpperCase();
  const ports = from === undefined ? "" : `, from port: ${from}, to port: ${to}`;
  return `peer: ${peerName(peer)}, ${traffic}${ports}, ALLOW`;
}

function describe(state: Ec2State, group: SecurityGroup, rule: Rule): SecurityGroupRule {
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: group.id,
    GroupOwnerId: state.accountId,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    // EC2 reports -1 where a rule means every port.
    FromPort: rule.from ?? -1,
    ToPort: rule.to ?? -1,
    CidrIpv4: rule.peer.kind === "ipv4" ? rule.peer.cidr : undefined,
    CidrIpv6: rule.peer.kind === "ipv6" ? rule.peer.cidr : undefined,
    ReferencedGroupInfo:
      rule.peer.kind === "group" ? { GroupId: rule.peer.groupId, UserId: state.accountId } : undefined,
    Description: rule.description,
    Tags: [],
  };
}

/** Protocol numbers that EC2 returns as names. */
const protocolNames: Record<string, string> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" };
const portProtocols = new Set(["tcp", "udp"]);

/** One rule per peer of a permission, as EC2 keeps them. */
function toRules(state: Ec2State, egress: boolean, permission: IpPermission): Rule[] {
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
function sameRule(a: Rule, b: Rule): boolean {
  return keyOf(a) + peerName(a.peer) === keyOf(b) + peerName(b.peer) && a.egress === b.egress;
}

function peerName(peer: Peer): string {
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
