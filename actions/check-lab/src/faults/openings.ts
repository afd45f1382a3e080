import type { SecurityGroup } from "@aws-sdk/client-ec2";

/** Ports that a security group opens to more addresses than any organisation has. */
interface Opening {
  readonly group: string;
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
}

/** A /8 may be a private network, and a bigger one is not. */
const isWide = (range: string) => Number(range.split("/")[1]) < 8;

function openingsOf(groups: readonly SecurityGroup[]): Opening[] {
  return groups.flatMap(({ GroupName = "", IpPermissions = [] }) =>
    IpPermissions.filter(({ IpRanges = [], Ipv6Ranges = [] }) =>
      [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)].some(
        (range = "") => isWide(range),
      ),
    ).map(({ IpProtocol: protocol = "", FromPort: from = 0, ToPort: to = 65_535 }) => ({
      ...{ group: GroupName, protocol, from, to },
    })),
  );
}

/** Returns what security groups open to everyone now, and none opened before: opening everything repairs nothing. */
export function newOpenings(before: readonly SecurityGroup[], now: readonly SecurityGroup[]): string[] {
  const known = openingsOf(before);
  const isKnown = ({ protocol, from, to }: Opening) =>
    known.some(
      (old) => /^-1$/.test(old.protocol) || (old.protocol === protocol && old.from <= from && old.to >= to),
    );
  return openingsOf(now)
    .filter((opening) => !isKnown(opening))
    .map(({ group, protocol, from, to }) =>
      protocol === "-1"
        ? `${group} opens every port to everyone`
        : `${group} opens ${protocol} ${from === to ? from : `${from}-${to}`} to everyone`,
    );
}
