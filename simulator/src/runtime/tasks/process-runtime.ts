import { randomUUID } from "node:crypto";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Network } from "../network.ts";
import {
  type ContainerProcess,
  type ProcessSetting,
  runAlongside,
  startProcess,
} from "./container-process.ts";
import { type ControlServer, startControlServer } from "./control-server.ts";
import { createImageFiles, defaultPath, findCommand, pathOnDisk } from "./image-files.ts";
import { type MetadataServer, startMetadataServer } from "./metadata-server.ts";
import { createProcessAccounts, type ProcessAccount, type ProcessAccounts } from "./process-accounts.ts";
import {
  type ContainerOptions,
  type LocalImage,
  type TaskContainer,
  type TaskRuntime,
  type TaskRuntimeOptions,
  waitsOf,
} from "./runtime.ts";
import { placeInImage } from "./unpack-layer.ts";

/** Child processes are on the machine itself. */
const hostAddress = "127.0.0.1";
const preload = fileURLToPath(new URL("./listen-on-loopback.cjs", import.meta.url));
const serviceTime = fileURLToPath(new URL("./service-time.cjs", import.meta.url));

/**
 * Runs containers as child processes from the files of their images. The processes run as the simulator's own user and
 * see the machine's file system, but nothing of the simulator's environment. Tasks of the same image share its unpacked
 * files. A container's isolation is reported by the API and not enforced, except for a task's CPU where a vCPU has a
 * share of a core or requests have a stated service time. Commands next to a container's own are not counted, as they
 * run more often with a fast clock. Only ports that Node listens on are mapped and published: another program's port
 * stays unreachable, and its health check fails.
 */
export function createProcessRuntime(options: ProcessRuntimeOptions): TaskRuntime {
  const { registry, network, directory, vcpuShare, ...settings } = options;
  const accounts = createProcessAccounts(vcpuShare);
  const files = createImageFiles(join(directory, "images"));
  const running = new Map<TaskContainer, string>();
  let host: Promise<Host> | undefined;

  return {
    vcpuShare: vcpuShare ?? 1,
    hostAddress,
    async pull(reference) {
      const image = await registry.pull(reference);
      const root = await files.unpack(image).catch((error) => {
        throw new Error(
          `CannotPullContainerError: failed to extract layers of ${reference}: ${error.message}`,
        );
      });
      return { digest: image.digest, config: image.config.config ?? {}, location: root };
    },
    async start(options) {
      host ??= prepareHost(directory, accounts, settings);
      const container = await startContainer(options, network, await host).catch((error) => {
        throw new Error(`CannotStartContainerError: ${error.message}`);
      });
      running.set(container, options.address);
      container.exited.then(() => running.delete(container));
      return container;
    },
    waitedMs: waitsOf(running),
    async close() {
      const ends = [...running.keys()].map((container) => container.exited);
      for (const container of running.keys()) container.kill();
      await Promise.all(ends);
      accounts.close();
      const { control, metadata } = (await host) ?? {};
      control?.close();
      metadata?.close();
    },
  };
}

export interface ProcessRuntimeOptions
  extends Pick<TaskRuntimeOptions, "network" | "directory" | "vcpuShare">,
    HostSettings {
  readonly registry: Pick<TaskRuntimeOptions["registry"], "pull">;
}

type HostSettings = Pick<TaskRuntimeOptions, "databaseAuthority" | "isDatabaseClosed" | "serviceTimeMs">;

/** Parts shared by all containers of this machine. */
interface Host extends HostSettings {
  readonly control: ControlServer;
  readonly metadata: MetadataServer;
  readonly accounts: ProcessAccounts;
  /** A folder that contains only the simulator's own node. */
  readonly lentFolder: string;
  /** By the task's address: the ports of its processes, and their loopback ports. */
  readonly served: Map<string, Map<number, number>>;
}

async function prepareHost(
  directory: string,
  accounts: ProcessAccounts,
  settings: HostSettings,
): Promise<Host> {
  const lentFolder = join(directory, "lent");
  await mkdir(lentFolder, { recursive: true });
  await symlink(process.execPath, join(lentFolder, "node")).catch((error) => {
    if (error.code !== "EEXIST") throw error;
  });
  const [control, metadata] = await Promise.all([startControlServer(), startMetadataServer(hostAddress)]);
  return { control, metadata, accounts, lentFolder, ...settings, served: new Map() };
}

async function startContainer(
  options: ContainerOptions,
  network: Network,
  host: Host,
): Promise<TaskContainer> {
  const token = randomUUID();
  let account: ProcessAccount | undefined;
  const ports = followPorts(host, network, options.address, token, () => account?.hold());
  const setting = await prepareSetting(options, host, token);
  const commands = new Set<ContainerProcess>();
  const withdraw = () => {
    account?.release();
    host.metadata.withdraw(options.metadata.id);
    ports.withdraw();
    // Ends the commands that run next to it.
    for (const command of commands) command.kill();
  };
  try {
    const main = await startProcess({
      ...setting.find(argvOf(options)),
      workingDirectory: setting.workingDirectory,
      environment: setting.environment,
      onLine: options.onLine,
      onExit: withdraw,
    });
    account = host.accounts.open(main.pid, { task: options.address, units: options.isolation.cpu });
    return {
      exited: main.exited.then((exitCode) => ({ exitCode })),
      kill: main.kill,
      async stop(signal, timeoutMs) {
        account?.release();
        return { exitCode: await main.stop(signal, timeoutMs) };
      },
      usage: async () => account?.usage(),
      exec: (command, timeoutMs) => runAlongside(setting, command, timeoutMs, commands, ports.served()),
    };
  } catch (error) {
    withdraw();
    throw error;
  }
}

/** Publishes the ports of the container's processes, until it ends. */
function followPorts(
  { control, served, isDatabaseClosed }: Host,
  network: Network,
  address: string,
  token: string,
  onListening: () => void,
) {
  const ofTask = served.get(address) ?? new Map<number, number>();
  served.set(address, ofTask);
  const own = new Set<number>();
  control.expect(token, {
    onListening({ port, servedOn, loopbackOnly }) {
      own.add(port);
      ofTask.set(port, servedOn);
      if (!loopbackOnly) network.publish(address, port, { host: hostAddress, port: servedOn });
      onListening();
    },
    isClosed: (database) => isDatabaseClosed?.(address, database) ?? false,
  });
  return {
    served: (): ReadonlyMap<number, number> => ofTask,
    withdraw() {
      control.forget(token);
      for (const port of own) {
        network.withdraw(address, port);
        ofTask.delete(port);
      }
      if (ofTask.size === 0) served.delete(address);
    },
  };
}

async function prepareSetting(options: ContainerOptions, host: Host, token: string): Promise<ProcessSetting> {
  const { image } = options;
  const root = image.location;
  const environment: Record<string, string> & { PATH: string } = {
    PATH: defaultPath,
    ...(host.databaseAuthority ? { NODE_EXTRA_CA_CERTS: host.databaseAuthority } : {}),
    ...imageEnvironment(image),
    ...options.environment,
  };
  const workingDirectory = options.workingDirectory ?? (image.config.WorkingDir || "/");
  const metadataUri = host.metadata.publish(options.metadata);
  const serviceTimeMs = host.serviceTimeMs && serviceTimeOf(options.isolation, host.serviceTimeMs);
  const preloads = serviceTimeMs ? [preload, serviceTime] : [preload];
  const cwd = await placeInImage(root, workingDirectory);
  // Container runtimes create a working directory that the image lacks.
  await mkdir(cwd, { recursive: true });
  return {
    workingDirectory: cwd,
    environment: {
      ...environment,
      ECS_CONTAINER_METADATA_URI_V4: metadataUri,
      ...(options.metadata.credentials && {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${metadataUri}/credentials`,
      }),
      PATH: pathOnDisk(root, environment.PATH, host.lentFolder),
      NODE_OPTIONS: [...preloads.map((file) => `--require="${quote(file)}"`), environment.NODE_OPTIONS]
        .filter(Boolean)
        .join(" "),
      ...(serviceTimeMs && { SIMULATOR_SERVICE_TIME_MS: String(serviceTimeMs) }),
      SIMULATOR_TASK_CONTROL: [host.control.port, token, ...(host.isDatabaseClosed ? ["ask"] : [])].join(":"),
      // No server listens yet (see listen-on-loopback.cjs).
      SIMULATOR_TASK_PORTS: options.ports.map((port) => `${port}:0`).join(),
    },
    find: (argv) =>
      findCommand({
        root,
        argv,
        path: environment.PATH,
        workingDirectory,
        node: join(host.lentFolder, "node"),
      }),
  };
}

/** A Node program computes in one thread: a quarter of a vCPU is four times as slow, two vCPUs are not faster. */
function serviceTimeOf({ cpu }: Pick<ContainerOptions["isolation"], "cpu">, ofVcpuMs: number): number {
  return ofVcpuMs * Math.max(1, 1024 / cpu);
}

/** As in Docker, a custom entrypoint also replaces the image's command. */
export function argvOf({ image, entryPoint, command }: ContainerOptions): readonly string[] {
  if (entryPoint?.length) return [...entryPoint, ...(command ?? [])];
  return [...(image.config.Entrypoint ?? []), ...(command?.length ? command : (image.config.Cmd ?? []))];
}

export function imageEnvironment(image: LocalImage): Record<string, string> {
  const pairs = (image.config.Env ?? []).map((pair) => {
    const separator = pair.indexOf("=");
    return separator < 0 ? [pair, ""] : [pair.slice(0, separator), pair.slice(separator + 1)];
  });
  return Object.fromEntries(pairs);
}

/** Quotes for NODE_OPTIONS, which needs a backslash before characters that would end its quotes. */
function quote(path: string): string {
  return path.replaceAll(/["\\]/g, "\\$&");
}
