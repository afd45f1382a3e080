import { startDockerRuntime } from "./docker/docker-runtime.ts";
import { createProcessRuntime } from "./process-runtime.ts";
import type { TaskRuntime, TaskRuntimeKind, TaskRuntimeOptions } from "./runtime.ts";

/** Rejects with an error and the next step when no Docker engine is usable. */
export async function startTaskRuntime(
  kind: TaskRuntimeKind | ((options: TaskRuntimeOptions) => TaskRuntime),
  options: TaskRuntimeOptions,
): Promise<TaskRuntime> {
  if (typeof kind === "function") return kind(options);
  return kind === "docker" ? startDockerRuntime(options) : createProcessRuntime(options);
}

/** Returns a warning for root before a start; undefined where tasks have fewer rights. */
export function warningForRoot(
  kind: Parameters<typeof startTaskRuntime>[0] = "process",
  uid = process.getuid?.(),
): string | undefined {
  if (kind !== "process" || uid !== 0) return undefined;
  return "tasks run with the rights of root: use only images that you trust, or --runtime docker";
}
