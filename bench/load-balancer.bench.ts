import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { alternate } from "./alternate.ts";
import { applyLoad, type LoadResult } from "./apply-load.ts";
import { type Benchmark, measure, median } from "./measurement.ts";

// Enough connections to keep one core of a proxy busy without queueing for most of the answer's time.
const connections = 32;
const secondsPerRun = 3;
/** Odd, so that the median is a run that happened. */
const runs = 3;

/** The load balancer's data plane beside the least that a proxy in plain Node can do, each in its own process. */
const loadBalancer: Benchmark = async () => {
  const target = await start("http-target.ts");
  const ours = await start("simulated-load-balancer.ts", target.port);
  const plain = await start("plain-proxy.ts", target.port);
  try {
    const load = (port: number) => () =>
      applyLoad({ url: `http://127.0.0.1:${port}/`, connections, seconds: secondsPerRun, expected: "xxx" });
    const results = await alternate(runs, { ours: load(ours.port), peer: load(plain.port) });
    const medians = (pick: (load: LoadResult) => number) => ({
      ours: median(results.ours.map(pick)),
      peer: { name: "node:http proxy", value: median(results.peer.map(pick)) },
    });
    return [
      measure({
        name: "load-balancer",
        metric: "throughput",
        unit: "requests/s",
        better: "higher",
        ...medians(({ requestsPerSecond }) => requestsPerSecond),
        goal: "≥ 0.8 ×",
      }),
      measure({
        name: "load-balancer",
        metric: "p99 latency",
        unit: "ms",
        better: "lower",
        ...medians(({ p99Ms }) => p99Ms),
        goal: "≥ 0.8 ×",
      }),
    ];
  } finally {
    for (const { child } of [target, ours, plain]) child.kill();
  }
};

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Starts a program of this folder that sends the port it listens on. */
async function start(program: string, targetPort?: number): Promise<Started> {
  const child = fork(
    join(import.meta.dirname, program),
    targetPort === undefined ? [] : [String(targetPort)],
  );
  const [message] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`${program} ended with ${code}`))),
  ])) as [{ port: number }];
  return { child, port: message.port };
}

export default loadBalancer;
