import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { GeneratorLoad, GeneratorResult } from "./load-generators/generator.ts";
import {
  alternate,
  type Benchmark,
  type Goal,
  type Measurement,
  measure,
  medians,
  NotHere,
} from "./measurement.ts";
import { applyLoad, isOnPath, runProgram, startProgram } from "./run-program.ts";

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
    ...(await compareAll(timed, `target of ${serviceMs} ms`, "0.95 to 1.05 ×")),
    ...(await compareAll(quick, "target without a pause", "≥ 0.95 ×")),
    await measureMemory(quick),
  ];
};

async function compareAll(url: string, target: string, goal: Goal): Promise<Measurement[]> {
  const load: GeneratorLoad = { url, connections, seconds: secondsPerRun };
  const ours = () => runGenerator<GeneratorResult>("ours.ts", load);
  const autocannon = () => applyLoad(load);
  return [
    ...(await compare({ target, goal, ours, name: "wrk", peer: () => runWrk(load) })),
    ...(await compare({ target, goal, ours, name: "autocannon", peer: autocannon })),
  ];
}

interface Comparison {
  readonly target: string;
  readonly goal: Goal;
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
  ) => {
    const { ours, peer } = medians(results, pick);
    return measure({
      name: "load-generator",
      metric: `${target}: ${metric}`,
      unit,
      better,
      ours,
      peer: { name, value: peer },
      goal,
    });
  };
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

/** Runs a program of load-generators/ with these options and returns the message it sends. */
function runGenerator<Result>(program: string, options: object): Promise<Result> {
  return runProgram(join(import.meta.dirname, "load-generators", program), options);
}

/** Runs wrk with one thread, like the others; throws when requests failed. */
async function runWrk({ url, connections, seconds }: GeneratorLoad): Promise<GeneratorResult> {
  const options = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", url];
  const { stdout } = await promisify(execFile)("wrk", options);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk saw failures: ${stdout}`);
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p50Ms: milliseconds(stdout, "50%"),
    p99Ms: milliseconds(stdout, "99%"),
  };
}

const unitMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

/** Reads the value of a line such as ` 99%    2.42ms`. */
function milliseconds(output: string, percentile: string): number {
  const [, number, unit = ""] =
    new RegExp(`^\\s*${percentile}\\s+([\\d.]+)(us|ms|s)$`, "m").exec(output) ?? [];
  return Number(number) * (unitMs[unit] ?? Number.NaN);
}
