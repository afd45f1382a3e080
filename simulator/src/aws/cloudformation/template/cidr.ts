import { templateError } from "./errors.ts";

const addressBits = 32;

/** `Fn::Cidr`: the first `count` blocks of `hostBits` bits inside an IPv4 block. */
export function cidrBlocks(block: string, count: number, hostBits: number): string[] {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(block);
  const numbers = match?.slice(1).map(Number);
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = numbers ?? [];
  if (!numbers || Math.max(a, b, c, d) > 255 || prefix > addressBits)
    throw templateError(`Fn::Cidr: ${JSON.stringify(block)} is not an IPv4 block such as 10.0.0.0/16`);
  const size = 2 ** hostBits;
  if (!(count >= 1 && count <= 256) || count * size > 2 ** (addressBits - prefix))
    throw templateError(`Fn::Cidr: ${count} blocks of ${hostBits} bits do not fit into ${block}`);
  const start = ((a * 256 + b) * 256 + c) * 256 + d;
  return Array.from({ length: count }, (_, index) => {
    const address = start + index * size;
    const bytes = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${bytes.join(".")}/${addressBits - hostBits}`;
  });
}
