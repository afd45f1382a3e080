import { type Cidr, contains, parseCidr } from "../services/ec2/cidr.ts";
import type { Ec2State, Rule } from "../services/ec2/state.ts";

/** One end of a TCP connection. */
export interface End {
  /** IPv4 address; `internet` for any public address. */
  readonly address: string;
  /** Security groups of its interface; none on the internet. */
  readonly groupIds: readonly string[];
}

/** `not checked`: the rules name public addresses, and the address of the other end is not known. */
export type Admission = "open" | "closed" | "not checked";

/** Private addresses of RFC 1918: no client on the internet has one. */
const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap(
  (block) => parseCidr(block) ?? [],
);

/**
 * Returns whether security groups let TCP connections in from the other end, or with `egress` out to it. A connection
 * needs one rule of any group ("Security group rules", VPC user guide); responses need none.
 * @param port of the server
 */
export function admission(
  ec2: Ec2State,
  { groupIds }: Pick<End, "groupIds">,
  egress: boolean,
  port: number,
  other: End,
): Admission {
  const answers = groupIds
    .flatMap((id) => ec2.securityGroups.get(id)?.rules ?? [])
    .filter((rule) => rule.egress === egress && covers(rule, port))
    .map((rule) => admitsPeer(rule, other));
  if (answers.includes("open")) return "open";
  return answers.includes("not checked") ? "not checked" : "closed";
}

function covers({ protocol, from, to }: Rule, port: number): boolean {
  if (protocol === "-1") return true;
  return (
    (protocol === "tcp" || protocol === "6") &&
    (from === undefined || to === undefined || (from <= port && port <= to))
  );
}

function admitsPeer({ peer }: Rule, other: End): Admission {
  if (peer.kind === "group") return other.groupIds.includes(peer.groupId) ? "open" : "closed";
  const block = peer.kind === "ipv4" ? parseCidr(peer.cidr) : undefined;
  if (block === undefined) return "closed";
  if (other.address === "internet") return admitsInternet(block);
  const address = parseCidr(`${other.address}/32`);
  return address && contains(block, address) ? "open" : "closed";
}

function admitsInternet(block: Cidr): Admission {
  if (block.prefix === 0) return "open";
  return privateBlocks.some((known) => contains(known, block)) ? "closed" : "not checked";
}
