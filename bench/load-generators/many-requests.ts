import { generateLoad } from "../../actions/shared/load/generate-load.ts";

/** Sends requests until there have been `first`, and then `all`, and tells how much memory it has at both times. */
const { url, connections, first, all } = JSON.parse(process.argv[2] ?? "") as {
  url: string;
  connections: number;
  first: number;
  all: number;
};
const enough = new AbortController();
const residentMb: number[] = [];
let requests = 0;
const anHour = 3_600_000;
await generateLoad(
  {
    loop: "closed",
    stages: [{ durationMs: anHour, from: connections, to: connections }],
    warmUpMs: 0,
    spacing: "constant",
    maxConnections: connections,
    targets: [{ url: new URL(url), weight: 1 }],
    request: { method: "GET", headers: {}, body: undefined, timeoutMs: 10_000 },
    expected: (status) => status === 200,
  },
  enough.signal,
  (second) => {
    requests += second.requests;
    const at = residentMb.length === 0 ? first : all;
    if (requests >= at) residentMb.push(process.memoryUsage().rss / 1e6);
    if (requests >= all) enough.abort();
  },
);
process.send?.({ first: residentMb[0], all: residentMb.at(-1) });
