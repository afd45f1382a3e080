import { processesOfContainer, usageOf } from "../process-times.ts";
import type { ContainerUsage } from "../runtime.ts";
import { type Engine, EngineError } from "./engine.ts";

interface StatsView {
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
  /** Empty when the container has ended meanwhile. */
  readonly memory_stats: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
}

/**
 * What a container has used; undefined when it is gone. Its memory is told by its cgroup, by way of the engine. Its CPU
 * is that of its own processes where they are this machine's: at a fast clock, health checks beside them, which the
 * cgroup counts too, would be much of it.
 * @param pid the container's first process, as the engine's machine counts
 */
export async function readUsage(
  engine: Engine,
  id: string,
  pid: number,
): Promise<ContainerUsage | undefined> {
  // One look, without the second that the engine waits for a figure to compare with.
  const query = { stream: "false", "one-shot": "true" };
  try {
    const stats = await engine.call<StatsView>("GET", `/containers/${id}/stats`, { query });
    const { usage = 0, stats: details = {} } = stats.memory_stats;
    // What "docker stats" takes off: the cache, by the name that cgroup 2 has for it, or cgroup 1.
    const cache = details.inactive_file ?? details.total_inactive_file ?? 0;
    const own = processesOfContainer(pid, id);
    const cpuNs = own.length > 0 ? usageOf(own).cpuNs : stats.cpu_stats.cpu_usage.total_usage;
    return { cpuNs, memoryBytes: Math.max(0, usage - cache) };
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}
