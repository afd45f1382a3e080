import type { generateLoad } from "../../actions/shared/load/generate-load.ts";

/** What run-load-test sends of itself to one address, its connections each asking again once answered. */
export function closedLoop(url: string, connections: number, durationMs: number) {
  return {
    loop: "closed",
    stages: [{ durationMs, from: connections, to: connections }],
    warmUpMs: 0,
    spacing: "constant",
    maxConnections: connections,
    targets: [{ url: new URL(url), weight: 1 }],
    request: { method: "GET", headers: {}, body: undefined, timeoutMs: 10_000 },
    expected: (status) => status === 200,
  } satisfies Parameters<typeof generateLoad>[0];
}
