import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { startDockerRuntime } from "./docker/docker-runtime.ts";
import { createProcessRuntime } from "./process-runtime.ts";
import type { LocalImage, TaskRuntime, TaskRuntimeKind, TaskRuntimeOptions } from "./runtime.ts";

/** Rejects with an error and the next step when no Docker engine is usable. */
export async function startTaskRuntime(
  kind: TaskRuntimeKind | ((options: TaskRuntimeOptions) => TaskRuntime),
  options: TaskRuntimeOptions,
): Promise<TaskRuntime> {
  if (typeof kind === "function") return kind(options);
  if (kind === "docker" && options.serviceTimeMs !== undefined)
    throw new Error("a service time needs tasks as processes. Fix: --runtime process");
  const processes = createProcessRuntime(options);
  return withStandIns(kind === "docker" ? await startDockerRuntime(options) : processes, processes);
}

/** SHA-256 of lab/src/docker/stand-in-program.cjs. The label alone may be of any image. */
export const standInProgram = "5e0b4527797471fd05315db057d7d94e2bc89fa93429fc32fae9d8efc07acd5c";

function isStandIn({ config: { Labels, Entrypoint = [] } }: LocalImage): boolean {
  const [node, flag, text = "", end, ...more] = Entrypoint;
  const isOurs = createHash("sha256").update(text).digest("hex") === standInProgram;
  const isCalled = node === "node" && flag === "-e" && end === "--" && more.length === 0;
  return Labels?.["ecs-delivery.stand-in"] === "true" && isOurs && isCalled;
}

/**
 * Starts each container of a stand-in image (see lab/src/docker) with the image's own program, which gets the command of
 * the task as arguments: the files that the command needs are in the image that could not be built. It needs Node, which
 * only processes have.
 */
export function withStandIns(runtime: TaskRuntime, processes: TaskRuntime): TaskRuntime {
  if (runtime !== processes)
    return withStandInProcesses(withStandIns(runtime, runtime), withStandIns(processes, processes));
  return {
    ...runtime,
    async start(options) {
      if (!isStandIn(options.image)) return runtime.start(options);
      const { Entrypoint = [], Env = [], ...config } = options.image.config;
      const { entryPoint = [], command = [], ports, environment } = options;
      const { PORT } = environment;
      const own = Env.filter((pair) => pair.startsWith("STAND_IN_"));
      const container = await runtime.start({
        ...options,
        image: { ...options.image, config: { ...config, Entrypoint, Env: own } },
        // Stays in the folder without files.
        workingDirectory: "/",
        entryPoint: Entrypoint,
        command: ["start", ...entryPoint, ...command],
        // Others, such as NODE_OPTIONS, would add a stranger's program to ours.
        environment: { ...(PORT && { PORT }), STAND_IN_TASK_PORTS: ports.join() },
      });
      const check = [...Entrypoint, "health-check"];
      return { ...container, exec: (_, timeoutMs) => container.exec(check, timeoutMs) };
    },
  };
}

function withStandInProcesses(runtime: TaskRuntime, processes: TaskRuntime): TaskRuntime {
  /** Folders of images without programs, which have no other Node than ours. */
  const withoutPrograms = new Set<string>();
  return {
    ...runtime,
    async pull(reference) {
      const image = await runtime.pull(reference);
      if (!isStandIn(image)) return image;
      const ours = await processes.pull(reference);
      const files = await readdir(ours.location, { withFileTypes: true });
      // A Docker engine saves no image without a file: its stand-ins have this one.
      if (!files.every((file) => file.isFile() && file.name === "stand-in")) return image;
      withoutPrograms.add(ours.location);
      return ours;
    },
    start: (options) => (withoutPrograms.has(options.image.location) ? processes : runtime).start(options),
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
