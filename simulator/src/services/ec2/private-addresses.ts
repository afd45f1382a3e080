import { isIPv4 } from "node:net";
import { AwsError } from "../../kit/errors.ts";
import { contains, formatAddress, parseCidr, sizeOf } from "./cidr.ts";
import { isTerminated } from "./instance-state.ts";
import { isDeleted } from "./nat-gateway-state.ts";
import { type Ec2State, invalidValue, type Subnet } from "./state.ts";

/** AWS reserves the first four addresses of a subnet, and the last ("Subnet CIDR blocks", VPC user guide). */
const reservedAtStart = 4;
const reservedAtEnd = 1;

/** Returns the addresses of a subnet used by EC2 resources, without those of other services. */
export function usedAddresses(state: Ec2State, subnetId: string): Set<string> {
  return new Set([
    ...[...state.instances.values()].flatMap((instance) =>
      instance.subnetId === subnetId && !isTerminated(state, instance) ? [instance.privateIp] : [],
    ),
    ...[...state.natGateways.values()].flatMap((nat) =>
      nat.subnetId === subnetId && !isDeleted(state, nat) ? [nat.privateIp] : [],
    ),
    ...[...state.vpcEndpoints.values()].flatMap(({ interfaces }) =>
      interfaces.flatMap((each) => (each.subnetId === subnetId ? [each.privateIp] : [])),
    ),
  ]);
}

export function freeAddressCount(state: Ec2State, { id, cidr }: Subnet): number {
  return sizeOf(cidr) - reservedAtStart - reservedAtEnd - usedAddresses(state, id).size;
}

/** Returns the wanted address if it is free, else the lowest free one. */
export function takePrivateAddress(state: Ec2State, subnet: Subnet, wanted?: string): string {
  const used = usedAddresses(state, subnet.id);
  if (wanted !== undefined) {
    refuseBadAddress(subnet, wanted);
    if (used.has(wanted)) throw new AwsError("InvalidIPAddress.InUse", `Address ${wanted} is in use.`);
    return wanted;
  }
  const end = subnet.cidr.base + sizeOf(subnet.cidr) - reservedAtEnd;
  for (let value = subnet.cidr.base + reservedAtStart; value < end; value++)
    if (!used.has(formatAddress(value))) return formatAddress(value);
  throw new AwsError(
    "InsufficientFreeAddressesInSubnet",
    `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
  );
}

function refuseBadAddress({ cidr }: Subnet, address: string): void {
  const parsed = isIPv4(address) ? parseCidr(`${address}/32`) : undefined;
  if (!parsed || !contains(cidr, parsed))
    throw invalidValue(`Address ${address} does not fall within the subnet's address range`);
  const offset = parsed.base - cidr.base;
  if (offset < reservedAtStart || offset >= sizeOf(cidr) - reservedAtEnd)
    throw invalidValue(`Address ${address} is in subnet's reserved address range`);
}
