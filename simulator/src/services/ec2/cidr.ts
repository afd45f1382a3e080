import { isIPv4 } from "node:net";
import { AwsError } from "../../kit/errors.ts";

/** An IPv4 block: `base` is its first address as an unsigned 32-bit number. */
export interface Cidr {
  readonly base: number;
  readonly prefix: number;
}

/** Returns undefined for text that is not an IPv4 CIDR block; clears bits after the prefix, as EC2 does. */
export function parseCidr(text: string): Cidr | undefined {
  const [, address = "", digits = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const prefix = Number(digits);
  if (!isIPv4(address) || digits === "" || prefix > 32) return undefined;
  const value = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - prefix);
  return { base: Math.floor(value / size) * size, prefix };
}

/** Blocks of VPCs and subnets are /16 to /28 (Amazon VPC user guide, "VPC CIDR blocks" and "Subnet CIDR blocks"). */
export function parseBlock(rangeCode: string, text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr)
    throw new AwsError(
      "InvalidParameterValue",
      `Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  if (cidr.prefix < 16 || cidr.prefix > 28) throw new AwsError(rangeCode, `The CIDR '${text}' is invalid.`);
  return cidr;
}

function sizeOf({ prefix }: Cidr): number {
  return 2 ** (32 - prefix);
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.base >= outer.base && inner.base + sizeOf(inner) <= outer.base + sizeOf(outer);
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.base < b.base + sizeOf(b) && b.base < a.base + sizeOf(a);
}

export function formatCidr({ base, prefix }: Cidr): string {
  return `${formatAddress(base)}/${prefix}`;
}

export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/**
 * Returns the first address of a subnet that resources can have, and their number: AWS reserves the first four and the
 * last ("Subnet CIDR blocks", VPC user guide).
 */
export function usableAddresses(subnet: Cidr): [first: number, count: number] {
  return [subnet.base + 4, sizeOf(subnet) - 5];
}
