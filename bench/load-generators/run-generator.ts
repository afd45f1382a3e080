import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { runProgram } from "../run-program.ts";
import type { GeneratorLoad, GeneratorResult } from "./generator.ts";

/** Runs a program of this folder with these options and returns the message it sends. */
export function runGenerator<Result>(program: string, options: object): Promise<Result> {
  return runProgram(join(import.meta.dirname, program), options);
}

/** Runs wrk with one thread, like the others; throws when requests failed. */
export async function runWrk({ url, connections, seconds }: GeneratorLoad): Promise<GeneratorResult> {
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
