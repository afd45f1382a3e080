import { startDockerRuntime } from "./docker/docker-runtime.ts";
import { createProcessRuntime } from "./process-runtime.ts";
import type { LocalImage, TaskRuntime, TaskRuntimeKind, TaskRuntimeOptions } from "./runtime.ts";

/** Rejects with an error and the next step when no Docker engine is usable. */
export async function startTaskRuntime(
  kind: TaskRuntimeKind | ((options: TaskRuntimeOptions) => TaskRuntime),
  options: TaskRuntimeOptions,
): Promise<TaskRuntime> {
  if (typeof kind === "function") return kind(options);
  const processes = createProcessRuntime(options);
  return withStandIns(kind === "docker" ? await startDockerRuntime(options) : processes, processes);
}

const isStandIn = ({ config }: LocalImage) => config.Labels?.["ecs-delivery.stand-in"] === "true";

/**
 * Starts each container of a stand-in image (see lab/src/docker) with the image's own program, which gets the command of
 * the task as arguments: the files that the command needs are in the image that could not be built. It needs Node, which
 * only processes have.
 */
export function withStandIns(runtime: TaskRuntime, processes: TaskRuntime): TaskRuntime {
  if (runtime !== processes) return withStandInProcesses(runtime, withStandIns(processes, processes));
  return {
    ...runtime,
    async start(options) {
      if (!isStandIn(options.image)) return runtime.start(options);
      const { Entrypoint = [] } = options.image.config;
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

function withStandInProcesses(runtime: TaskRuntime, processes: TaskRuntime): TaskRuntime {
  return {
    ...runtime,
    async pull(reference) {
      const image = await runtime.pull(reference);
      return isStandIn(image) ? processes.pull(reference) : image;
    },
    start: (options) => (isStandIn(options.image) ? processes : runtime).start(options),
    waitedMs: async (address) => Math.max(await runtime.waitedMs(address), await processes.waitedMs(address)),
    close: async () => void (await Promise.all([runtime.close(), processes.close()])),
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
