import type { Network } from "../network.ts";
import type { ImageConfig, Registry } from "../registry.ts";
import type { ContainerMetadata } from "./metadata-server.ts";

/** Kinds of tasks: child processes of the simulator, or containers of a Docker engine. */
export const taskRuntimeKinds = ["process", "docker"] as const;
export type TaskRuntimeKind = (typeof taskRuntimeKinds)[number];

export interface TaskRuntime {
  /** Cores of this machine that one vCPU is. */
  readonly vcpuShare: number;
  /** The address under which tasks reach the machine of the simulator. */
  readonly hostAddress: string;
  /** Rejects with the registry's message (CannotPullContainerError: …). */
  pull(reference: string): Promise<LocalImage>;
  /** Rejects with a message that starts with CannotStartContainerError. */
  start(options: ContainerOptions): Promise<TaskContainer>;
  /** Kills every container that is left, and removes what was made for them. */
  close(): Promise<void>;
}

/** An image on this machine, ready to run. */
export interface LocalImage {
  readonly digest: string;
  readonly config: NonNullable<ImageConfig["config"]>;
  /** Location for the runtime: the folder used as the image's `/`, or a name in the engine. */
  readonly location: string;
}

export interface ContainerOptions {
  readonly image: LocalImage;
  /** Private address of the task; what its containers listen on is published under it. They share their loopback. */
  readonly address: string;
  /** Ports that the task's containers map, those of all of them. */
  readonly ports: readonly number[];
  /** Replaces the image's entrypoint, and with it the image's command. */
  readonly entryPoint?: readonly string[];
  /** Replaces the image's command. */
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
  /** Added to the image's own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly isolation: Isolation;
  readonly metadata: ContainerMetadata;
  readonly onLine: (line: string) => void;
}

/** Limits of a container. Child processes ignore all of them except, where a vCPU has a share of a core, `cpu`. */
export interface Isolation {
  /** MiB; more and the container is killed. */
  readonly memory: number;
  /** MiB that are left to it when the machine runs short. */
  readonly memoryReservation?: number;
  /** CPU units of the whole task, 1024 to a core: the most it gets. */
  readonly cpu: number;
  /** CPU units of this container: its weight among those that want a core. */
  readonly cpuShares?: number;
  readonly user?: string;
  readonly readOnlyRoot: boolean;
  readonly addedCapabilities: readonly string[];
  readonly droppedCapabilities: readonly string[];
  /** Whether an additional process 1 passes on signals and reaps. */
  readonly init: boolean;
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly kernelParameters: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

export interface TaskContainer {
  /** Resolves after the last line was passed on. */
  readonly exited: Promise<ContainerExit>;
  /** Sends the signal, then SIGKILL when the container is still there after `timeoutMs` on the wall. */
  stop(signal: NodeJS.Signals, timeoutMs: number): Promise<ContainerExit>;
  kill(): void;
  /** Returns the usage so far; undefined where the machine does not report it. */
  usage(): Promise<ContainerUsage | undefined>;
  /** Runs a command next to the container's own, as its user and with its environment; ends it after `timeoutMs`. */
  exec(command: readonly string[], timeoutMs: number): Promise<ExecResult>;
}

export interface ContainerUsage {
  /** Nanoseconds of CPU time since its start, of everything in it. */
  readonly cpuNs: number;
  /** Bytes of memory without the pages of files. */
  readonly memoryBytes: number;
}

export interface ContainerExit {
  /** 128 + the number of the signal when that ended it. */
  readonly exitCode: number;
  /** Reason that ECS shows in addition to its exit code. */
  readonly reason?: string;
}

export interface ExecResult {
  /** Undefined when it was not done in time. */
  readonly exitCode: number | undefined;
  /** The beginning of its standard output and standard error. */
  readonly output: string;
}

/**
 * A program takes its time to start on the wall, however fast the clock: a share of a core does not hold it for so long,
 * or until it listens where that is seen. A health check's allowance is as long.
 */
export const startAllowanceMs = 5_000;

/** As much of an exec's output as Docker keeps of a health check's. */
export const execOutputKept = 4096;

export interface TaskRuntimeOptions {
  readonly registry: Pick<Registry, "pull" | "issueToken">;
  readonly network: Network;
  /** A folder of the runtime's own, made when needed. */
  readonly directory: string;
  /** How much of a core of this machine one vCPU is; undefined limits child processes to nothing, and is 1 to Docker. */
  readonly vcpuShare?: number | undefined;
  /** File of the authority of the account's databases, which Node in the tasks trusts by default. */
  readonly databaseAuthority?: string | undefined;
}
