import { join } from "node:path";
import { runProgram } from "./run-program.ts";

export type Load = {
  readonly url: string;
  readonly connections: number;
  /** Text that every response must contain; a response without it counts as failed. */
  readonly expected: string;
} & ({ readonly seconds: number } | { readonly requests: number });

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
  readonly answered: number;
  /** Statuses outside 2xx, lost connections, timeouts and unexpected bodies. */
  readonly failed: number;
}

/** Requests a page continuously on every connection. Rejects when a response failed or none arrived. */
export async function applyLoad(load: Load): Promise<LoadResult> {
  const result = await runProgram<LoadResult>(join(import.meta.dirname, "http-load.ts"), load);
  if (result.failed > 0 || result.answered === 0)
    throw new Error(
      `${load.url} under load: ${result.failed} requests failed and ${result.answered} were answered with "${load.expected}" in the page; its figures would mean nothing`,
    );
  return result;
}
