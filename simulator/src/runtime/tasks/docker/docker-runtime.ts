import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { thisProcess } from "@ecs-delivery/program/processes";
import type { Network } from "../../network.ts";
import { credentialVariables, type MetadataServer, startMetadataServer } from "../metadata-server.ts";
import {
  type ContainerOptions,
  type Isolation,
  startAllowanceMs,
  type TaskRuntime,
  type TaskRuntimeOptions,
  waitsOf,
} from "../runtime.ts";
import { type Bridge, createBridge, openEngine, removeBridge } from "./availability.ts";
import { type StartedContainer, startContainer } from "./container.ts";
import { type Engine, unlessGone } from "./engine.ts";
import { ownerLabel, removeImage, removeLeftovers } from "./leftovers.ts";
import { createImages } from "./pull-image.ts";

/**
 * Runs containers in the machine's Docker engine, each with the limits of its task. They are in a separate network,
 * where the simulator listens too. A task's ports are published on free loopback ports for users, while the load
 * balancer connects to the container itself: a connection is refused until a server listens.
 */
export async function startDockerRuntime(options: TaskRuntimeOptions): Promise<TaskRuntime> {
  const engine = await openEngine(process.env);
  const owner = thisProcess();
  await removeLeftovers(engine);
  const janitor = startJanitor(owner);
  const id = randomBytes(4).toString("hex");
  const bridge = await createBridge(engine, `ecs-simulator-${id}`, { [ownerLabel]: owner });
  const metadata = await startMetadataServer(bridge.gateway);
  const images = createImages({ engine, registry: options.registry, tagPrefix: `${owner}-${id}` });
  const running = new Map<StartedContainer, string>();
  const vcpuShare = options.vcpuShare ?? 1;
  const host: Host = {
    ...{ engine, bridge, metadata, owner, vcpuShare, databaseAuthority: options.databaseAuthority },
    network: options.network,
    first: new Map(),
  };
  return {
    vcpuShare,
    hostAddress: bridge.gateway,
    pull: images.pull,
    async start(settings) {
      const container = await startInTask(host, settings).catch((error) => {
        throw new Error(`CannotStartContainerError: ${error.message}`);
      });
      running.set(container, settings.address);
      container.removed.then(() => running.delete(container));
      return container;
    },
    waitedMs: waitsOf(running),
    async close() {
      for (const container of running.keys()) container.kill();
      await Promise.all([...running.keys()].map(({ removed }) => removed));
      metadata.close();
      await removeBridge(engine, bridge.id);
      for (const name of await images.names()) await removeImage(engine, name);
      janitor.dismiss();
      engine.close();
    },
  };
}

interface Host {
  readonly engine: Engine;
  readonly bridge: Bridge;
  readonly metadata: MetadataServer;
  readonly network: Network;
  readonly owner: string;
  readonly vcpuShare: number;
  readonly databaseAuthority: string | undefined;
  /** The container that holds a task's network, by the task's address. */
  readonly first: Map<string, string>;
}

async function startInTask(host: Host, options: ContainerOptions): Promise<StartedContainer> {
  const { engine, bridge, metadata, network, owner, vcpuShare, first } = host;
  const { address, ports } = options;
  const sharesNetworkOf = first.get(address);
  const settings = createOptions(options, {
    network: bridge.id,
    sharesNetworkOf,
    metadataUri: metadata.publish(options.metadata),
    databaseAuthority: host.databaseAuthority,
    labels: { [ownerLabel]: owner },
  });
  let ended = false;
  const withdraw = () => {
    ended = true;
    metadata.withdraw(options.metadata.id);
    if (sharesNetworkOf) return;
    first.delete(address);
    for (const port of ports) network.withdraw(address, port);
  };
  try {
    const container = await startContainer(engine, settings, { onLine: options.onLine, onExit: withdraw });
    const { id, ipAddress } = container;
    if (vcpuShare !== 1) holdOnceStarted(engine, container, cpuQuota(options.isolation, vcpuShare));
    if (sharesNetworkOf || !ipAddress || ended) return container;
    first.set(address, id);
    for (const port of ports) network.publish(address, port, { host: ipAddress, port });
    return container;
  } catch (error) {
    withdraw();
    throw error;
  }
}

/** Until then its vCPUs are whole cores. */
function holdOnceStarted(engine: Engine, { id, exited }: StartedContainer, CpuQuota: number): void {
  const hold = () => {
    void unlessGone(engine.call("POST", `/containers/${id}/update`, { body: { CpuQuota } })).catch(() => {});
  };
  const starting = setTimeout(hold, startAllowanceMs).unref();
  exited.finally(() => clearTimeout(starting));
}

interface Janitor {
  /** Ends the janitor without any work. */
  dismiss(): void;
}

const program = fileURLToPath(new URL("./clean-up-after.ts", import.meta.url));

/**
 * Starts a process that outlives this one in every case, to remove its leftovers in the engine. It waits for the end of
 * its standard input, which this process holds open, in a separate session, so that a terminal's Ctrl-C does not reach
 * it.
 */
function startJanitor(owner: string): Janitor {
  const janitor = spawn(process.execPath, [program, owner], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // The next start removes leftovers, too.
  janitor.on("error", () => {});
  janitor.stdin.on("error", () => {});
  janitor.unref();
  return { dismiss: () => void janitor.kill("SIGKILL") };
}

/**
 * Microseconds of a period; using a core for all of it is a whole core (the kernel's usual period of its CPU quota).
 */
const cpuPeriod = 100_000;
/** The kernel's own limit, in microseconds. */
const leastQuota = 1_000;
const mebibyte = 1024 ** 2;
/** Path in containers of the databases' authority file. */
const authorityPath = "/etc/ssl/simulator-rds-ca.pem";

interface Surroundings {
  /** Id of the network, for the first container of a task. */
  readonly network: string;
  /** Id of the task's first container: the others share its network, as they share a task's interface. */
  readonly sharesNetworkOf: string | undefined;
  readonly metadataUri: string;
  readonly databaseAuthority: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** Returns the body of ContainerCreate for a container of a task. */
function createOptions(options: ContainerOptions, surroundings: Surroundings): object {
  const { image, environment, isolation, ports } = options;
  const { sharesNetworkOf, databaseAuthority } = surroundings;
  return {
    Image: image.location,
    // If missing, they are the image's; as in Docker, an entrypoint also replaces the image's command.
    ...(options.entryPoint?.length ? { Entrypoint: options.entryPoint } : {}),
    ...(options.command?.length ? { Cmd: options.command } : {}),
    ...(options.workingDirectory ? { WorkingDir: options.workingDirectory } : {}),
    ...(isolation.user ? { User: isolation.user } : {}),
    ...(environment.HOSTNAME && !sharesNetworkOf ? { Hostname: environment.HOSTNAME } : {}),
    Env: Object.entries({
      ...(databaseAuthority ? { NODE_EXTRA_CA_CERTS: authorityPath } : {}),
      ...environment,
      ECS_CONTAINER_METADATA_URI_V4: surroundings.metadataUri,
      ...credentialVariables(options.metadata),
    }).map(([name, value]) => `${name}=${value}`),
    Labels: { ...isolation.labels, ...surroundings.labels },
    // ECS ignores the image's own health check.
    Healthcheck: { Test: ["NONE"] },
    ...(sharesNetworkOf ? {} : { ExposedPorts: byPort(ports, () => ({})) }),
    HostConfig: {
      ...limits(options),
      NetworkMode: sharesNetworkOf ? `container:${sharesNetworkOf}` : surroundings.network,
      ...(sharesNetworkOf ? {} : { PortBindings: byPort(ports, () => [{ HostIp: "127.0.0.1" }]) }),
      ...(databaseAuthority ? { Binds: [`${databaseAuthority}:${authorityPath}:ro`] } : {}),
      // The attached stream delivers the output, so the engine keeps no log.
      LogConfig: { Type: "none" },
    },
  };
}

/** Returns the quota of a container whose vCPUs are so many cores each. */
function cpuQuota({ cpu }: Pick<Isolation, "cpu">, vcpuShare: number): number {
  return Math.max(leastQuota, Math.round((cpu / 1024) * vcpuShare * cpuPeriod));
}

function limits({ isolation }: ContainerOptions): object {
  const { memory, memoryReservation, cpuShares, ulimits, kernelParameters } = isolation;
  return {
    Memory: memory * mebibyte,
    // Equal to the memory: no swap.
    MemorySwap: memory * mebibyte,
    ...(memoryReservation ? { MemoryReservation: memoryReservation * mebibyte } : {}),
    CpuPeriod: cpuPeriod,
    CpuQuota: cpuQuota(isolation, 1),
    ...(cpuShares ? { CpuShares: cpuShares } : {}),
    ReadonlyRootfs: isolation.readOnlyRoot,
    CapAdd: isolation.addedCapabilities,
    CapDrop: isolation.droppedCapabilities,
    Init: isolation.init,
    Ulimits: ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    Sysctls: kernelParameters,
  };
}

function byPort<Value>(ports: readonly number[], value: () => Value): Record<string, Value> {
  return Object.fromEntries(ports.map((port) => [`${port}/tcp`, value()]));
}
