import { startDockerRuntime } from "./docker/docker-runtime.ts";
import { createProcessRuntime } from "./process-runtime.ts";
import type { TaskRuntime, TaskRuntimeKind, TaskRuntimeOptions } from "./runtime.ts";

/** Rejects with an error and the next step when no Docker engine is usable. */
export async function startTaskRuntime(
  kind: TaskRuntimeKind | ((options: TaskRuntimeOptions) => TaskRuntime),
  options: TaskRuntimeOptions,
): Promise<TaskRuntime> {
  if (typeof kind === "function") return kind(options);
  return withStandIns(
    await (kind === "docker" ? startDockerRuntime(options) : createProcessRuntime(options)),
  );
}

/**
 * Starts each container of a stand-in image (see lab/src/docker) with the image's own program, which gets the command of
 * the task as arguments: the files that the command needs are in the image that could not be built.
 */
export function withStandIns(runtime: TaskRuntime): TaskRuntime {
  return {
    ...runtime,
    async start(options) {
      const { Labels, Entrypoint = [] } = options.image.config;
      if (Labels?.["ecs-delivery.stand-in"] !== "true") return runtime.start(options);
      const { entryPoint = [], command = [], ports, environment } = options;
      const container = await runtime.start({
        ...options,
        entryPoint: Entrypoint,
        command: ["start", ...entryPoint, ...command],
        environment: { ...environment, STAND_IN_TASK_PORTS: ports.join() },
      });
      const check = [...Entrypoint, "health-check"];
      return { ...container, exec: (_, timeoutMs) => container.exec(check, timeoutMs) };
    },
  };
}

/** Returns a warning for root before a start; undefined where tasks have fewer rights. */
export function warningForRoot(
  kind: Parameters<typeof startTaskRuntime>[0] = "process",
  uid = process.getuid?.(),
): string | undefined {
  if (kind !== "process" || uid !== 0) return undefined;
  return "tasks run with the rights of root: use only images that you trust, or --runtime docker";
}
