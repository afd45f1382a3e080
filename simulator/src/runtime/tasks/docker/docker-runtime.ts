import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { thisProcess } from "../../../../../program/src/processes.mjs";
import type { Network } from "../../network.ts";
import { type MetadataServer, startMetadataServer } from "../metadata-server.ts";
import {
  type ContainerOptions,
  startAllowanceMs,
  type TaskRuntime,
  type TaskRuntimeOptions,
} from "../runtime.ts";
import { type Bridge, createBridge, openEngine, removeBridge } from "./availability.ts";
import { type StartedContainer, startContainer } from "./container.ts";
import { cpuQuota, createOptions } from "./create-options.ts";
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
  const running = new Set<StartedContainer>();
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
      running.add(container);
      container.removed.then(() => running.delete(container));
      return container;
    },
    async close() {
      for (const container of running) container.kill();
      await Promise.all([...running].map(({ removed }) => removed));
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
