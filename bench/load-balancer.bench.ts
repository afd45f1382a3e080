import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import autocannon from "autocannon";
import { type Benchmark, measure, median } from "./measurement.ts";

// Enough connections to keep one core of a proxy busy without queueing for most of the answer's time.
const connections = 32;
const secondsPerRun = 3;
/** Odd, so that the median is a run that happened; alternating, so that both see the same noise. */
const runs = 3;

/** The load balancer's data plane beside the least that a proxy in plain Node can do, each in its own process. */
const loadBalancer: Benchmark = async () => {
  const target = await start("http-target.ts");
  const ours = await start("simulated-load-balancer.ts", target.port);
  const plain = await start("plain-proxy.ts", target.port);
  try {
    const rates: { ours: number[]; plain: number[] } = { ours: [], plain: [] };
    const latencies: { ours: number[]; plain: number[] } = { ours: [], plain: [] };
    for (let run = 0; run < runs; run += 1) {
      for (const [name, { port }] of [["ours", ours] as const, ["plain", plain] as const]) {
        const result = await autocannon({
          url: `http://127.0.0.1:${port}/`,
          connections,
          duration: secondsPerRun,
        });
        if (result.non2xx + result.errors > 0)
          throw new Error(`${name}: ${result.non2xx + result.errors} failed`);
        rates[name].push(result.requests.average);
        latencies[name].push(result.latency.p99);
      }
    }
    const peer = (value: number) => ({ name: "node:http proxy", value });
    return [
      measure({
        name: "load-balancer",
        metric: "throughput",
        unit: "requests/s",
        better: "higher",
        ours: median(rates.ours),
        peer: peer(median(rates.plain)),
        goal: "≥ 0.8 ×",
      }),
      measure({
        name: "load-balancer",
        metric: "p99 latency",
        unit: "ms",
        better: "lower",
        ours: median(latencies.ours),
        peer: peer(median(latencies.plain)),
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
