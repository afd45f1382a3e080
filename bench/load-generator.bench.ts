import { alternate } from "./alternate.ts";
import type { GeneratorLoad, GeneratorResult } from "./load-generators/generator.ts";
import { runGenerator, runWrk } from "./load-generators/run-generator.ts";
import { type Benchmark, type Measurement, measure, median } from "./measurement.ts";
import { NotHere } from "./not-here.ts";
import { isOnPath } from "./on-path.ts";
import { startProgram } from "./start-program.ts";

const connections = 32;
/**
 * Long enough that each connection's first request, delayed by connecting and compiling, stays out of the slowest
 * percent.
 */
const secondsPerRun = 10;
/** Odd, so that the median is a run that happened. */
const runs = 3;
/** Long compared with what a generator adds, so that all of them have to measure the same. */
const serviceMs = 20;
/** By the first number, everything that is created once exists. */
const requests = { first: 100_000, all: 1_000_000 };

/**
 * run-load-test's generator compared with wrk and autocannon on the same targets: one with a fixed response time, where
 * figures have to agree, and one that responds at once, which shows what each generator can do.
 */
const loadGenerator: Benchmark = async () => {
  if (!isOnPath("wrk"))
    throw new NotHere("wrk is its peer and is not installed (Debian, Ubuntu: apt-get install wrk)");
  using ends = new DisposableStack();
  const start = async (delayMs?: number) =>
    `http://127.0.0.1:${(await startProgram(ends, "http-target.ts", delayMs)).port}/`;
  const timed = await start(serviceMs);
  const quick = await start();
  return [
    ...(await compareAll(timed, `target of ${serviceMs} ms`, "0.95–1.05 ×")),
    ...(await compareAll(quick, "target without a pause", "≥ 0.95 ×")),
    await measureMemory(quick),
  ];
};

async function compareAll(url: string, target: string, goal: string): Promise<Measurement[]> {
  const load: GeneratorLoad = { url, connections, seconds: secondsPerRun };
  const ours = () => runGenerator<GeneratorResult>("ours.ts", load);
  const autocannon = () => runGenerator<GeneratorResult>("autocannon.ts", load);
  return [
    ...(await compare({ target, goal, ours, name: "wrk", peer: () => runWrk(load) })),
    ...(await compare({ target, goal, ours, name: "autocannon", peer: autocannon })),
  ];
}

interface Comparison {
  readonly target: string;
  readonly goal: string;
  readonly ours: () => Promise<GeneratorResult>;
  readonly name: string;
  readonly peer: () => Promise<GeneratorResult>;
}

async function compare({ target, goal, ours, name, peer }: Comparison): Promise<Measurement[]> {
  const results = await alternate(runs, { ours, peer });
  const figure = (
    metric: string,
    unit: string,
    better: Measurement["better"],
    pick: (result: GeneratorResult) => number,
  ) =>
    measure({
      name: "load-generator",
      metric: `${target}: ${metric}`,
      unit,
      better,
      ours: median(results.ours.map(pick)),
      peer: { name, value: median(results.peer.map(pick)) },
      goal,
    });
  return [
    figure("throughput", "requests/s", "higher", ({ requestsPerSecond }) => requestsPerSecond),
    figure("median latency", "ms", "lower", ({ p50Ms }) => p50Ms),
    figure("p99 latency", "ms", "lower", ({ p99Ms }) => p99Ms),
  ];
}

/** Memory that grows with the requests shows as a ratio well under 1. */
async function measureMemory(url: string): Promise<Measurement> {
  const usedMb = await runGenerator<{ first: number; all: number }>("many-requests.ts", {
    url,
    connections,
    ...requests,
  });
  return measure({
    name: "load-generator",
    metric: "memory in use after 10^6 requests",
    unit: "MB",
    better: "lower",
    ours: usedMb.all,
    peer: { name: "itself after 10^5", value: usedMb.first },
    goal: "≥ 0.9 ×",
  });
}

export default loadGenerator;
