import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { constants } from "node:os";
import type { Clock } from "../../clock.ts";
import type { ImageConfig } from "../registry/registry.ts";
import { type ContainerMetadata, credentialVariables } from "./metadata-server.ts";
import { argvOf, imageEnvironment } from "./process-runtime.ts";
import {
  type ContainerExit,
  type ContainerOptions,
  type ExecResult,
  type TaskContainer,
  type TaskRuntime,
  type TaskRuntimeOptions,
  waitsOf,
} from "./runtime.ts";

/**
 * The program of a container: a function of the test. A returned number is its exit code, an exception ends it as in
 * Node. Otherwise it runs until it exits or is killed.
 */
export type Program = (container: ProgramContext) => unknown;

interface ProgramContext {
  /** Arguments after the program's name in the command. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly metadata: ContainerMetadata;
  readonly log: (line: string) => void;
  /** Returns whether a connection to a database's socket is dropped. */
  isDatabaseClosed(host: string, port: number): boolean;
  /** Serves a port of the task. */
  listen(port: number, listener: RequestListener): Server;
  exit(code: number): void;
  /** Replaces the default effect of a signal, which ends the program. */
  onSignal(handler: (signal: NodeJS.Signals) => void): void;
  /**
   * Sets the result of commands next to the program, such as a health check: an exit code, also with its output.
   * Succeeds by default.
   */
  onExec(handler: (command: readonly string[]) => number | ExecResult | Promise<number | ExecResult>): void;
  /** Sets its usage of cores and memory from now on; unknown by default. */
  use(cores: number, memoryBytes: number): void;
}

const programs = new Map<string, Program>();
const label = "in-process-program";

/** Returns the configuration of an image that runs this program: always the same, so the image's digest is, too. */
export function imageConfigOf(program: Program): NonNullable<ImageConfig["config"]> {
  const id = [...programs].find(([, known]) => known === program)?.[0] ?? randomUUID();
  programs.set(id, program);
  return { Entrypoint: ["program"], Labels: { [label]: id } };
}

/**
 * A server that responds with VERSION on port 8080. VERSION also controls its behaviour: "crash" throws at start,
 * "exit" exits with code 3, "unhealthy" responds with 503 and fails its health check, "stuck" ignores SIGTERM. SIGTERM
 * ends the others with exit code 0 after the requests in progress.
 */
export const webProgram: Program = ({ environment: { VERSION = "" }, listen, onSignal, onExec, exit }) => {
  if (VERSION === "crash") throw new Error("cannot read the menu");
  if (VERSION === "exit") return exit(3);
  const server = listen(8080, (request, response) => {
    if (VERSION === "fragile" && request.url === "/fail") return exit(3);
    response.statusCode = VERSION === "unhealthy" ? 503 : 200;
    response.end(VERSION);
  });
  onExec(() => (VERSION === "unhealthy" ? 1 : 0));
  onSignal(() => VERSION !== "stuck" && server.close(() => exit(0)));
};

/**
 * Runs containers as functions of this process, whose ports are served on loopback. Nothing of an image is unpacked.
 */
export function createInProcessRuntime(
  parts: Pick<TaskRuntimeOptions, "network" | "isDatabaseClosed"> & {
    readonly registry: Pick<TaskRuntimeOptions["registry"], "pull">;
    readonly clock: Clock;
  },
): TaskRuntime {
  const { registry, clock } = parts;
  const running = new Map<TaskContainer, string>();
  return {
    vcpuShare: 1,
    hostAddress: "127.0.0.1",
    async pull(reference) {
      const { digest, config } = await registry.pull(reference);
      return { digest, config: config.config ?? {}, location: config.config?.Labels?.[label] ?? "" };
    },
    async start(options) {
      const container = await startContainer(options, parts, clock);
      running.set(container, options.address);
      container.exited.then(() => running.delete(container));
      return container;
    },
    waitedMs: waitsOf(running),
    async close() {
      for (const container of running.keys()) container.kill();
    },
  };
}

async function startContainer(
  options: ContainerOptions,
  { network, isDatabaseClosed }: Pick<TaskRuntimeOptions, "network" | "isDatabaseClosed">,
  clock: Clock,
): Promise<TaskContainer> {
  const { image, onLine } = options;
  const [file = ""] = argvOf(options);
  if (file.startsWith("/")) throw new Error(`CannotStartContainerError: exec: "${file}": no files exist`);
  const servers = serveTask(options.address, network);
  const usage = meterUsage(clock);
  const { promise: exited, resolve } = Promise.withResolvers<ContainerExit>();
  const exit = (exitCode: number) => {
    servers.close();
    resolve({ exitCode });
  };
  const fail = (error: unknown) => {
    for (const line of String((error as Error).stack).split("\n")) onLine(line);
    onLine(`Node.js ${process.version}`);
    exit(1);
  };
  const handlers: Handlers = { signal: (signal) => exit(128 + constants.signals[signal]), exec: () => 0 };
  const run = async () =>
    (programs.get(image.location) ?? webProgram)({
      args: argvOf(options).slice(1),
      environment: {
        ...imageEnvironment(image),
        ...options.environment,
        ...credentialVariables(options.metadata),
      },
      metadata: options.metadata,
      log: onLine,
      isDatabaseClosed: (host, port) => isDatabaseClosed?.(options.address, { host, port }) ?? false,
      exit,
      listen: servers.listen,
      use: usage.use,
      onSignal(handler) {
        handlers.signal = handler;
      },
      onExec(handler) {
        handlers.exec = handler;
      },
    });
  run().then((code) => typeof code === "number" && exit(code), fail);
  await servers.published();
  return {
    exited,
    kill: () => exit(137),
    async stop(signal, timeoutMs) {
      const ended = new AbortController();
      exited.then(() => ended.abort());
      handlers.signal(signal);
      clock.wait(timeoutMs, ended.signal).then(
        () => exit(137),
        () => {},
      );
      return exited;
    },
    usage: async () => usage.read(),
    async exec(command) {
      const result = await handlers.exec(command);
      return typeof result === "number" ? { exitCode: result, output: "" } : result;
    },
  };
}

interface Handlers {
  signal: Parameters<ProgramContext["onSignal"]>[0];
  exec: Parameters<ProgramContext["onExec"]>[0];
}

/** The servers of one container, published under the address of its task. */
function serveTask(address: string, network: TaskRuntimeOptions["network"]) {
  const servers = new Map<number, Server>();
  let isClosed = false;
  return {
    listen(port: number, listener: RequestListener) {
      const server = createServer(listener).listen(0, "127.0.0.1");
      servers.set(port, server);
      return server;
    },
    async published() {
      for (const [port, server] of servers) {
        if (!server.listening) await once(server, "listening");
        if (isClosed) continue;
        network.publish(address, port, { host: "127.0.0.1", port: (server.address() as AddressInfo).port });
      }
    },
    close() {
      isClosed = true;
      for (const [port, server] of servers) {
        network.withdraw(address, port);
        if (server.listening) server.close();
        else server.once("listening", () => server.close());
        server.closeAllConnections();
      }
    },
  };
}

function meterUsage(clock: Clock) {
  let current: { readonly cores: number; readonly memoryBytes: number } | undefined;
  let cpuNs = 0;
  let since = clock.now().getTime();
  const count = () => {
    const now = clock.now().getTime();
    cpuNs += (current?.cores ?? 0) * (now - since) * 1e6;
    since = now;
  };
  return {
    use(cores: number, memoryBytes: number) {
      count();
      current = { cores, memoryBytes };
    },
    read() {
      count();
      return current && { cpuNs, memoryBytes: current.memoryBytes };
    },
  };
}
