import type { ContainerOptions, Isolation } from "../runtime.ts";

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
export function createOptions(options: ContainerOptions, surroundings: Surroundings): object {
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
export function cpuQuota({ cpu }: Pick<Isolation, "cpu">, vcpuShare: number): number {
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
