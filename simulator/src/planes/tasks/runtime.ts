import { randomUUID } from "node:crypto";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Network } from "../network.ts";
import type { ImageConfig, Registry } from "../registry.ts";
import { type ContainerProcess, startProcess } from "./container-process.ts";
import { type ControlServer, startControlServer } from "./control-server.ts";
import { defaultPath, findCommand, pathOnDisk } from "./executable.ts";
import { createImageFiles, inside } from "./image-files.ts";
import { type ContainerMetadata, type MetadataServer, startMetadataServer } from "./metadata-server.ts";

/** An image on this machine, ready to run. */
export interface LocalImage {
  readonly digest: string;
  readonly config: NonNullable<ImageConfig["config"]>;
  /** The folder that stands for the image's `/`. */
  readonly root: string;
}

export interface ContainerOptions {
  readonly image: LocalImage;
  /** Private address of the task; what the process listens on is published under it. */
  readonly address: string;
  /** Replaces the image's entrypoint, and with it the image's command. */
  readonly entryPoint?: readonly string[];
  /** Replaces the image's command. */
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
  /** Added to the image's own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly metadata: ContainerMetadata;
  readonly onLine: (line: string) => void;
}

/**
 * Runs containers as child processes from the files of their images. The processes run as the simulator's own user
 * and see the machine's file system; of the simulator's environment they get nothing. Tasks of the same image share
 * its unpacked files. User, memory, CPU and a read-only root are reported by the API and not enforced. Only what
 * Node listens on is mapped and published: another program's port stays unreachable, and its health check fails.
 */
export interface TaskRuntime {
  /** Rejects with the registry's message (CannotPullContainerError: …). */
  pull(reference: string): Promise<LocalImage>;
  /** Rejects with a message that starts with CannotStartContainerError. */
  start(options: ContainerOptions): Promise<ContainerProcess>;
  /** Kills every process that is left. */
  close(): Promise<void>;
}

const preload = fileURLToPath(new URL("./listen-on-loopback.cjs", import.meta.url));

export function createTaskRuntime(
  registry: Pick<Registry, "pull">,
  network: Network,
  directory: string,
): TaskRuntime {
  const files = createImageFiles(join(directory, "images"));
  const running = new Set<ContainerProcess>();
  let host: Promise<Host> | undefined;

  return {
    async pull(reference) {
      const image = await registry.pull(reference);
      const root = await files.unpack(image).catch((error) => {
        throw new Error(
          `CannotPullContainerError: failed to extract layers of ${reference}: ${error.message}`,
        );
      });
      return { digest: image.digest, config: image.config.config ?? {}, root };
    },
    async start(options) {
      host ??= prepareHost(directory);
      const container = await startContainer(options, network, await host).catch((error) => {
        throw new Error(`CannotStartContainerError: ${error.message}`);
      });
      running.add(container);
      container.exited.then(() => running.delete(container));
      return container;
    },
    async close() {
      const ends = [...running].map((container) => container.exited);
      for (const container of running) container.kill();
      await Promise.all(ends);
      const { control, metadata } = (await host) ?? {};
      control?.close();
      metadata?.close();
    },
  };
}

/** What all containers of this machine share. */
interface Host {
  readonly control: ControlServer;
  readonly metadata: MetadataServer;
  /** A folder with nothing in it but the simulator's own node. */
  readonly lentFolder: string;
}

async function prepareHost(directory: string): Promise<Host> {
  const lentFolder = join(directory, "lent");
  await mkdir(lentFolder, { recursive: true });
  await symlink(process.execPath, join(lentFolder, "node")).catch((error) => {
    if (error.code !== "EEXIST") throw error;
  });
  const [control, metadata] = await Promise.all([startControlServer(), startMetadataServer()]);
  return { control, metadata, lentFolder };
}

async function startContainer(
  options: ContainerOptions,
  network: Network,
  host: Host,
): Promise<ContainerProcess> {
  const { image, address } = options;
  const environment: Record<string, string> & { PATH: string } = {
    PATH: defaultPath,
    ...imageEnvironment(image),
    ...options.environment,
  };
  const workingDirectory = options.workingDirectory ?? (image.config.WorkingDir || "/");
  const command = findCommand({
    root: image.root,
    argv: argvOf(options),
    path: environment.PATH,
    workingDirectory,
    node: join(host.lentFolder, "node"),
  });
  const cwd = inside(image.root, workingDirectory);
  // Container runtimes make a working directory that the image lacks.
  await mkdir(cwd, { recursive: true });
  const token = randomUUID();
  const published = new Set<number>();
  host.control.expect(token, ({ port, servedOn }) => {
    published.add(port);
    network.publish(address, port, { host: "127.0.0.1", port: servedOn });
  });
  const metadataUri = host.metadata.publish(options.metadata);
  const withdraw = () => {
    host.metadata.withdraw(options.metadata.id);
    host.control.forget(token);
    for (const port of published) network.withdraw(address, port);
  };
  try {
    return await startProcess({
      ...command,
      workingDirectory: cwd,
      environment: {
        ...environment,
        ECS_CONTAINER_METADATA_URI_V4: metadataUri,
        PATH: pathOnDisk(image.root, environment.PATH, host.lentFolder),
        NODE_OPTIONS: [`--require="${quote(preload)}"`, environment.NODE_OPTIONS].filter(Boolean).join(" "),
        SIMULATOR_TASK_CONTROL: `${host.control.port}:${token}`,
      },
      onLine: options.onLine,
      onExit: withdraw,
    });
  } catch (error) {
    withdraw();
    throw error;
  }
}

/** As Docker does: an entrypoint of one's own drops the image's command as well. */
function argvOf({ image, entryPoint, command }: ContainerOptions): readonly string[] {
  if (entryPoint?.length) return [...entryPoint, ...(command ?? [])];
  return [...(image.config.Entrypoint ?? []), ...(command?.length ? command : (image.config.Cmd ?? []))];
}

function imageEnvironment(image: LocalImage): Record<string, string> {
  const pairs = (image.config.Env ?? []).map((pair) => {
    const separator = pair.indexOf("=");
    return separator < 0 ? [pair, ""] : [pair.slice(0, separator), pair.slice(separator + 1)];
  });
  return Object.fromEntries(pairs);
}

/** For NODE_OPTIONS, which takes a backslash before what would end its quotes. */
function quote(path: string): string {
  return path.replaceAll(/["\\]/g, "\\$&");
}
