/** Private addresses of the subnets, allocated to tasks and released. */
export interface Addresses {
  /** Returns the next free address of the subnet; undefined when none is left. */
  allocate(subnetId: string, cidrBlock: string): string | undefined;
  release(address: string): void;
}

/** AWS reserves the first four addresses of a subnet, and the last (VPC user guide, "Subnet CIDR blocks"). */
const reservedAtStart = 4;
const reservedAtEnd = 1;

export function createAddresses(): Addresses {
  const taken = new Set<string>();
  const cursors = new Map<string, number>();
  return {
    allocate(subnetId, cidrBlock) {
      const { base, size } = parseCidr(cidrBlock);
      const usable = size - reservedAtStart - reservedAtEnd;
      const start = cursors.get(subnetId) ?? 0;
      // Cycles through all, so that an address is used again as late as possible.
      for (let step = 0; step < usable; step++) {
        const offset = (start + step) % usable;
        const address = format(base + reservedAtStart + offset);
        if (taken.has(address)) continue;
        taken.add(address);
        cursors.set(subnetId, offset + 1);
        return address;
      }
      return undefined;
    },
    release: (address) => void taken.delete(address),
  };
}

/** Returns the address of the subnet's router. */
export function firstAddress(cidrBlock: string): string {
  return format(parseCidr(cidrBlock).base + 1);
}

function parseCidr(cidrBlock: string): { base: number; size: number } {
  const [address = "", bits] = cidrBlock.split("/");
  const base = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return { base, size: 2 ** (32 - Number(bits)) };
}

function format(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
