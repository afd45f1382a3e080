import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { docker, run } from "./docker.support.ts";

export type TestEngine = Awaited<ReturnType<typeof startEngine>>;

/**
 * Returns an engine with or without containerd's image store: the running one if it is of that kind, else a second one.
 * Rejects with a sentence when that cannot be started, which needs root or sudo.
 */
export async function startEngine({ imageStore }: { imageStore: boolean }) {
  const features = await docker("--debug", "buildx", "inspect");
  if (new RegExp(`Cache export:\\s+${imageStore}`).test(features))
    return { variables: {}, close: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), "engine-test-"));
  const bridge = `ecsd${process.pid}`;
  await root("ip", "link", "add", bridge, "type", "bridge");
  // An address of the block for network tests, RFC 2544, which is in use nowhere else.
  await root("ip", "address", "add", `198.18.${process.pid % 256}.1/24`, "dev", bridge);
  await root("ip", "link", "set", bridge, "up");
  const socket = `unix://${join(folder, "docker.sock")}`;
  const engine = await startDockerd({ folder, socket, bridge, imageStore });
  const close = async () => {
    await root("kill", String(await pidOf(folder))).catch(() => {});
    if (engine.exitCode === null && engine.signalCode === null) await once(engine, "exit");
    await root("ip", "link", "delete", bridge);
    await root("rm", "-rf", folder);
  };
  const variables = { DOCKER_HOST: socket };
  try {
    await answers(engine, variables);
  } catch (error) {
    await close();
    throw error;
  }
  return { variables, close };
}

interface Dockerd {
  readonly folder: string;
  readonly socket: string;
  readonly bridge: string;
  readonly imageStore: boolean;
}

async function startDockerd({ folder, socket, bridge, imageStore }: Dockerd): Promise<ChildProcess> {
  const config = join(folder, "daemon.json");
  await writeFile(config, JSON.stringify({ features: { "containerd-snapshotter": imageStore } }));
  const options = {
    "config-file": config,
    "data-root": join(folder, "data"),
    "exec-root": join(folder, "run"),
    pidfile: join(folder, "pid"),
    host: socket,
    group: String(userInfo().gid),
    // Not none: dockerd would remove the bridge of the engine that runs already.
    bridge,
    iptables: "false",
    ip6tables: "false",
    "ip-masq": "false",
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const [command = "", ...rest] = [...asRoot, "dockerd", ...args];
  return spawn(command, rest, { stdio: ["ignore", "ignore", "pipe"] });
}

async function answers(engine: ChildProcess, variables: NodeJS.ProcessEnv): Promise<void> {
  let said = "";
  engine.stderr?.setEncoding("utf8");
  for await (const chunk of engine.stderr ?? []) {
    said += chunk;
    if (said.includes("API listen on")) {
      engine.stderr?.resume();
      await run("docker", ["version"], { env: { ...process.env, ...variables } });
      return;
    }
  }
  throw new Error(
    `these tests need a second Docker engine, with or without containerd's image store, which root starts by dockerd (Debian: docker.io, iproute2): ${said.slice(-1000)}`,
  );
}

const asRoot = userInfo().uid === 0 ? [] : ["sudo", "--non-interactive"];

async function root(...words: string[]): Promise<string> {
  const [command = "", ...args] = [...asRoot, ...words];
  return (await run(command, args)).stdout;
}

async function pidOf(folder: string): Promise<number> {
  return Number(await root("cat", join(folder, "pid")));
}
