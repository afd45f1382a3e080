import {
  alternate,
  type Benchmark,
  type Goal,
  type Measurement,
  measure,
  medians,
  NotHere,
  type Sides,
} from "./measurement.ts";
import { applyLoad, isOnPath, residentMb, type StartedProgram, startProgram } from "./run-program.ts";

// Enough connections to keep one core of a proxy busy without queueing for most of the response time.
const connections = 32;
const secondsPerRun = 3;
/** Odd, so that the median is a run that happened. */
const runs = 3;
/** The number of requests over which memory has to stay flat. */
const manyRequests = 1_000_000;
/** By then everything that is created once exists. */
const firstRequests = 100_000;

/**
 * The load balancer's data plane, in a separate process, compared with nginx with one worker and with a minimal proxy
 * in plain Node. All use the same target, which responds at once: any slower one would hide the difference.
 */
const loadBalancer: Benchmark = async () => {
  if (!isOnPath("nginx"))
    throw new NotHere("nginx is its peer and is not installed (Debian, Ubuntu: apt-get install nginx-light)");
  using ends = new DisposableStack();
  const target = await startProgram(ends, "http-target.ts");
  const ours = await startProgram(ends, "simulated-load-balancer.ts", target.port);
  const nginx = await startProgram(ends, "nginx-proxy.ts", target.port);
  const plain = await startProgram(ends, "plain-proxy.ts", target.port);
  return [
    ...(await compare(ours, { name: "nginx", peer: nginx, goal: "≥ 0.4 ×" })),
    ...(await compare(ours, { name: "node:http proxy", peer: plain, goal: "≥ 0.8 ×" })),
    await measureMemory(ours),
  ];
};

interface Peer {
  readonly name: string;
  readonly peer: StartedProgram;
  readonly goal: Goal;
}

async function compare(ours: StartedProgram, { name, peer, goal }: Peer): Promise<Measurement[]> {
  const results = await alternate(runs, {
    ours: () => load(ours, { seconds: secondsPerRun }),
    peer: () => load(peer, { seconds: secondsPerRun }),
  });
  const row = (figure: Pick<Measurement, "metric" | "unit" | "better">, values: Sides<number>) =>
    measure({
      name: "load-balancer",
      goal,
      ...figure,
      ours: values.ours,
      peer: { name, value: values.peer },
    });
  const requests = medians(results, ({ requestsPerSecond }) => requestsPerSecond);
  return [
    row({ metric: "throughput", unit: "requests/s", better: "higher" }, requests),
    row(
      { metric: "p99 latency", unit: "ms", better: "lower" },
      medians(results, ({ p99Ms }) => p99Ms),
    ),
  ];
}

/** Memory that grows with the requests shows as a ratio well under 1. */
async function measureMemory(ours: StartedProgram): Promise<Measurement> {
  await load(ours, { requests: firstRequests });
  const first = await residentMb(ours.child);
  await load(ours, { requests: manyRequests - firstRequests });
  return measure({
    name: "load-balancer",
    metric: "memory after 10^6 requests",
    unit: "MB",
    better: "lower",
    ours: await residentMb(ours.child),
    peer: { name: "itself after 10^5", value: first },
    goal: "≥ 0.9 ×",
  });
}

const load = ({ port }: StartedProgram, extent: { seconds: number } | { requests: number }) =>
  applyLoad({ url: `http://127.0.0.1:${port}/`, connections, expected: "xxx", ...extent });

export default loadBalancer;
