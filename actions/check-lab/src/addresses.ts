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
  if (Number(size ?? most) > Number(innerSize ?? most)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(size ?? most), type);
  return list.check(address, type);
}

/** RFC 1918, loopback, link-local, shared: a load balancer on the internet never sees these. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"];

export const isPrivate = (range: string) => privateRanges.some((each) => contains(each, range));

/** A network of one school or company is at most this wide; the course has a single address. */
const widest = { 4: 24, 6: 48 } as const;

/** Returns whether a range is so wide that it does not choose who comes in, such as 0.0.0.0/1. */
export function isWide(range: string): boolean {
  const [network = "", size] = range.split("/");
  const family = isIP(network);
  return (family === 4 || family === 6) && size !== undefined && Number(size) < widest[family];
}

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
