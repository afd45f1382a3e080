import type { generateLoad } from "@ecs-delivery/actions/load/generate-load";

export interface GeneratorLoad {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

/** Figures that a load generator reports. */
export interface GeneratorResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * The load that run-load-test sends to one address by default: each connection sends its next request after a response.
 */
export function closedLoop(url: string, connections: number, durationMs: number) {
  return {
    loop: "closed",
    level: connections,
    durationMs,
    warmUpMs: 0,
    spacing: "constant",
    maxConnections: connections,
    urls: [new URL(url)],
    timeoutMs: 10_000,
  } satisfies Parameters<typeof generateLoad>[0];
}
