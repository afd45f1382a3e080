/**
 * Memory in MiB that Fargate offers for each number of CPU units (Amazon ECS developer guide, "Task CPU and memory").
 */
const memoryFor: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: steps(1024, 4096, 1024),
  1024: steps(2048, 8192, 1024),
  2048: steps(4096, 16_384, 1024),
  4096: steps(8192, 30_720, 1024),
  8192: steps(16_384, 61_440, 4096),
  16384: steps(32_768, 122_880, 8192),
};

export function isFargateSize(cpu: number, memory: number): boolean {
  return memoryFor[cpu]?.includes(memory) ?? false;
}

/** CPU units of `512`, `.5 vCPU` or `0.5 vcpu`; NaN for anything else. */
export function parseCpu(text: string): number {
  const [, amount] = /^(\d+(?:\.\d+)?|\.\d+)\s*vcpu$/i.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * 1024;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** MiB of `1024` or `1 GB`; NaN for anything else. */
export function parseMemory(text: string): number {
  const [, amount] = /^(\d+(?:\.\d+)?|\.\d+)\s*gb$/i.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * 1024;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}
