import { processesOfContainer, usageOf } from "../process-times.ts";
import type { ContainerUsage } from "../runtime.ts";
import { type Engine, EngineError } from "./engine.ts";

interface StatsView {
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
  /** Empty when the container has ended meanwhile. */
  readonly memory_stats: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
}

/**
 * Returns a container's usage; undefined when it is gone. The engine reports the memory of its cgroup. The CPU time is
 * that of its own processes if they are this machine's: with a fast clock, health checks, which the cgroup counts too,
 * would be a large part of it.
 * @param pid the container's first process, as the engine's machine counts
 */
export async function readUsage(
  engine: Engine,
  id: string,
  pid: number,
): Promise<ContainerUsage | undefined> {
  // One reading, without the engine's second of waiting for a figure to compare with.
  const query = { stream: "false", "one-shot": "true" };
  try {
    const stats = await engine.call<StatsView>("GET", `/containers/${id}/stats`, { query });
    const { usage = 0, stats: details = {} } = stats.memory_stats;
    // Memory that "docker stats" subtracts: the cache, under its name in cgroup 2 or cgroup 1.
    const cache = details.inactive_file ?? details.total_inactive_file ?? 0;
    const own = processesOfContainer(pid, id);
    const cpuNs = own.length > 0 ? usageOf(own).cpuNs : stats.cpu_stats.cpu_usage.total_usage;
    return { cpuNs, memoryBytes: Math.max(0, usage - cache) };
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}
