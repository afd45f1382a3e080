import type { Clock } from "../../clock.ts";
import type { Network, Socket } from "../network.ts";
import type { ImageConfig, Registry } from "../registry/registry.ts";
import type { ContainerMetadata } from "./metadata-server.ts";

/** Kinds of tasks: child processes of the simulator, or containers of a Docker engine. */
export const taskRuntimeKinds = ["process", "docker"] as const;
export type TaskRuntimeKind = (typeof taskRuntimeKinds)[number];

export interface TaskRuntime {
  /** Cores of this machine per vCPU. */
  readonly vcpuShare: number;
  /** Address of the simulator's machine for tasks. */
  readonly hostAddress: string;
  /** Rejects with the registry's message (CannotPullContainerError: …). */
  pull(reference: string): Promise<LocalImage>;
  /** Rejects with a message that starts with CannotStartContainerError. */
  start(options: ContainerOptions): Promise<TaskContainer>;
  /** Returns how long the programs of the task with this address were kept from running, in milliseconds. */
  waitedMs(address: string): Promise<number>;
  /** Kills all remaining containers, and removes everything created for them. */
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
  /** Private address of the task; its containers' ports are published under it. They share their loopback. */
  readonly address: string;
  /** Ports mapped by all of the task's containers. */
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
  /** MiB; the container is killed if it uses more. */
  readonly memory: number;
  /** MiB that are reserved for it when memory is short. */
  readonly memoryReservation?: number;
  /** CPU units of the whole task, 1024 per core: its maximum. */
  readonly cpu: number;
  /** CPU units of this container: its weight when several need a core. */
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
  /** Sends the signal, then SIGKILL if the container still runs after `timeoutMs` of real time. */
  stop(signal: NodeJS.Signals, timeoutMs: number): Promise<ContainerExit>;
  kill(): void;
  /** Returns the usage so far; undefined where the machine does not report it. */
  usage(): Promise<ContainerUsage | undefined>;
  /** Runs a command next to the container's own, as its user and with its environment; ends it after `timeoutMs`. */
  exec(command: readonly string[], timeoutMs: number): Promise<ExecResult>;
}

export interface ContainerUsage {
  /** Nanoseconds of CPU time of all its processes since its start. */
  readonly cpuNs: number;
  /** Bytes of memory without the pages of files. */
  readonly memoryBytes: number;
  /** The longest time that one of their threads was ready and had to wait for a core; undefined where unknown. */
  readonly waitedMs?: number;
}

export interface ContainerExit {
  /** 128 + the number of the signal if one ended it. */
  readonly exitCode: number;
  /** Reason that ECS shows in addition to its exit code. */
  readonly reason?: string;
}

export interface ExecResult {
  /** Undefined when it timed out. */
  readonly exitCode: number | undefined;
  /** The beginning of its standard output and standard error. */
  readonly output: string;
}

/**
 * A program needs real time to start, however fast the clock. For this long, or until it listens if that is detected, a
 * share of a core does not limit it.
 */
export const startAllowanceMs = 5_000;

/**
 * Returns whether failed health checks do not count yet for a program that was never healthy, as if they had come in
 * real seconds: until it could run for that long. On a busy machine it waits for a core in between, which does not
 * count; a program that waits for something else could run.
 */
export function mayStillStart({ scale }: Clock, sinceStartMs: number, waitedMs: number): boolean {
  return scale > 1 && sinceStartMs - waitedMs < startAllowanceMs;
}

/** Returns the longest time in milliseconds that a program of these containers was kept from running. */
export async function longestWait(containers: readonly Pick<TaskContainer, "usage">[]): Promise<number> {
  const usages = await Promise.all(containers.map((container) => container.usage().catch(() => undefined)));
  return Math.max(0, ...usages.map((usage) => usage?.waitedMs ?? 0));
}

/** Returns a runtime's `waitedMs` from its running containers with their addresses. */
export function waitsOf(running: ReadonlyMap<TaskContainer, string>): TaskRuntime["waitedMs"] {
  return (address) => longestWait([...running].flatMap(([each, at]) => (at === address ? [each] : [])));
}

/** Maximum length of an exec's output, the same as Docker keeps of a health check's. */
export const execOutputKept = 4096;

export interface TaskRuntimeOptions {
  readonly registry: Pick<Registry, "pull" | "issueToken">;
  readonly network: Network;
  /** A folder for the runtime only, created when needed. */
  readonly directory: string;
  /** Part of a core per vCPU; undefined sets no limit for child processes, and 1 for Docker. */
  readonly vcpuShare?: number | undefined;
  /**
   * Milliseconds that one vCPU works on each request from a load balancer, in Node processes; no stated time by default.
   */
  readonly serviceTimeMs?: number | undefined;
  /** File of the authority of the account's databases, which Node in the tasks trusts by default. */
  readonly databaseAuthority?: string | undefined;
  /** Whether connections from a task's address to a database's socket are dropped; undefined if they never are. */
  readonly isDatabaseClosed?: ((address: string, socket: Socket) => boolean) | undefined;
}
