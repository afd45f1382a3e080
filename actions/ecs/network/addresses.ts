import { BlockList, isIP } from "node:net";
import type { IpPermission } from "@aws-sdk/client-ec2";

/** Returns whether one range of addresses lies in another; an address alone is a range of one. */
export function contains(outer: string, inner: string): boolean {
  const [network = "", size] = outer.split("/");
  const [address = "", innerSize] = inner.split("/");
  const family = isIP(network);
  if (family === 0 || family !== isIP(address)) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const most = family === 4 ? 32 : 128;
  const [prefix, innerPrefix] = [Number(size ?? most), Number(innerSize ?? most)];
  // Also false for a size that is not a number.
  if (!(prefix >= 0 && prefix <= innerPrefix && innerPrefix <= most)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, type);
  return list.check(address, type);
}

/** RFC 1918, loopback, link-local, shared: a load balancer on the internet never sees these. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"];

export const isPrivate = (range: string) => privateRanges.some((each) => contains(each, range));

/** Returns whether ranges together contain every IPv4 address, such as 0.0.0.0/1 and 128.0.0.0/1. */
function isEverybody(ranges: readonly string[]): boolean {
  return ["0.0.0.0/1", "128.0.0.0/1"].every((half) => ranges.some((range) => contains(range, half)));
}

/** Who may reach a port by the rules of security groups. */
export interface Openings {
  readonly ranges: readonly string[];
  /** Ids of security groups. */
  readonly groups: readonly string[];
  /** Ids of lists, whose ranges are not read. */
  readonly prefixLists: readonly string[];
  readonly toEverybody: boolean;
  /** Whether a range of IPv6 is among the sources. */
  readonly ipv6: boolean;
}

export function openingsOf(rules: readonly IpPermission[], port: number): Openings {
  const open = rules.filter(
    ({ IpProtocol, FromPort = 0, ToPort = 65_535 }) =>
      IpProtocol === "-1" || (["tcp", "6"].includes(IpProtocol ?? "") && FromPort <= port && port <= ToPort),
  );
  const ranges = open.flatMap(({ IpRanges = [] }) => IpRanges.flatMap(({ CidrIp }) => CidrIp ?? []));
  return {
    ranges,
    groups: open.flatMap(({ UserIdGroupPairs = [] }) =>
      UserIdGroupPairs.flatMap(({ GroupId }) => GroupId ?? []),
    ),
    prefixLists: open.flatMap(({ PrefixListIds = [] }) =>
      PrefixListIds.flatMap((list) => list.PrefixListId ?? []),
    ),
    toEverybody: isEverybody(ranges),
    ipv6: open.some(({ Ipv6Ranges = [] }) => Ipv6Ranges.length > 0),
  };
}

/** `unknown`: what decides is not read, such as a prefix list, or depends on an address that is not known. */
export type Answer = "open" | "closed" | "unknown";

/** Every one of them is needed. */
function all(answers: readonly Answer[]): Answer {
  if (answers.includes("closed")) return "closed";
  return answers.includes("unknown") ? "unknown" : "open";
}

/** One end of connections: an interface with these groups, whose address is in one of the ranges. */
export interface Peer {
  readonly groups: readonly string[];
  readonly ranges: readonly string[];
  /** There are interfaces in every range, such as those of a service's tasks. */
  readonly inEach?: boolean;
}

/**
 * Returns whether rules of security groups admit the peer on a port of TCP ("Security group rules", VPC user guide). A
 * rule for a part of the peer's range may admit its address.
 */
export function admission(rules: readonly IpPermission[], port: number, peer: Peer): Answer {
  const { ranges, groups, prefixLists, toEverybody } = openingsOf(rules, port);
  if (toEverybody || groups.some((id) => peer.groups.includes(id))) return "open";
  const other = prefixLists.length > 0 ? "unknown" : "closed";
  const answers = peer.ranges.map((range): Answer => {
    if (ranges.some((each) => contains(each, range))) return "open";
    return ranges.some((each) => contains(range, each)) ? "unknown" : other;
  });
  const [first = other] = answers;
  return peer.inEach || answers.every((answer) => answer === first) ? all([first, ...answers]) : "unknown";
}

/** Returns whether rules allow connections to public addresses of AWS, which are not known here. */
export function admissionOfInternet(rules: readonly IpPermission[], port: number): Answer {
  const { ranges, prefixLists, toEverybody } = openingsOf(rules, port);
  if (toEverybody) return "open";
  return prefixLists.length > 0 || !ranges.every(isPrivate) ? "unknown" : "closed";
}
