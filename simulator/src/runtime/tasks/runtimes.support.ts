import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type CertificateAuthority, createCertificateAuthority } from "../certificate-authority.ts";
import { createNetwork, type Network } from "../network.ts";
import type { ImageConfig, ImageLayer } from "../registry/registry.ts";
import { serveRegistry } from "../registry/test-registry.support.ts";
import { dockerProblem } from "./docker/availability.ts";
import { makeLayer, makeNodeLayer, pushLayers } from "./images.support.ts";
import { isolation } from "./isolation.support.ts";
import type { ContainerOptions, Isolation, TaskContainer, TaskRuntimeKind } from "./runtime.ts";
import { startTaskRuntime } from "./start-runtime.ts";

/** Without an engine, its tests are skipped; but in CI, which has one, they fail. */
export const hasDocker = process.env.CI !== undefined || (await dockerProblem()) === undefined;

export const metadata = { id: "0123-1", container: () => ({ Name: "web" }), task: () => ({ Family: "web" }) };

const repository = "web";

type Settings = Partial<Omit<ContainerOptions, "image" | "isolation">> & { isolation?: Partial<Isolation> };

type RuntimeSettings = Partial<Parameters<typeof startTaskRuntime>[1]>;

/** Gives the tests of a suite one runtime, and a registry to pull from. */
export function useRuntime(kind: TaskRuntimeKind, settings: RuntimeSettings = {}) {
  const network = createNetwork();
  const authority = createCertificateAuthority("Test CA", Date.now());
  const started = new Set<TaskContainer>();
  let at: Started;
  beforeAll(async () => {
    at = await startIn(await mkdtemp(join(tmpdir(), "runtime-test-")), kind, network, authority, settings);
  });
  afterEach(async () => {
    for (const container of started) container.kill();
    await Promise.all([...started].map(({ exited }) => exited));
    started.clear();
  });
  afterAll(async () => {
    await at?.runtime.close();
    await at?.served.close();
    if (at) await rm(at.directory, { recursive: true, force: true });
  });

  const push = (layers: readonly Layer[], config: ImageConfig["config"]) => pushOver(at, layers, config);
  /** Starts the image and collects its lines. */
  const start = async (reference: string, settings: Settings = {}) => {
    const { lines, onLine, line } = watchLines();
    const container = await at.runtime.start({
      image: await at.runtime.pull(reference),
      address: "10.0.0.4",
      ports: [],
      environment: {},
      metadata,
      ...settings,
      isolation: { ...isolation, ...settings.isolation },
      onLine,
    });
    started.add(container);
    return { container, lines, line };
  };
  /** An image of one file that `node` runs. */
  const program = (text: string, env: string[] = []) =>
    push([{ "app/server.mjs": text }], { Entrypoint: ["node", "server.mjs"], WorkingDir: "/app", Env: env });
  return {
    network,
    /** The authority that tasks trust for databases. */
    authority,
    get runtime() {
      return at.runtime;
    },
    get directory() {
      return at.directory;
    },
    push,
    start,
    program,
    /** Runs a program to its end; returns its exit code and its lines. */
    async run(text: string, settings?: Settings) {
      const { container, lines } = await start(await program(text), settings);
      return { ...(await container.exited), lines };
    },
    ask: (address: string, port: number) => ask(network, address, port),
  };
}

type Started = Awaited<ReturnType<typeof startIn>>;
type Layer = ImageLayer | Record<string, string>;

async function startIn(
  directory: string,
  kind: TaskRuntimeKind,
  network: Network,
  { certificate }: CertificateAuthority,
  settings: RuntimeSettings,
) {
  const served = await serveRegistry();
  const { registry } = served;
  registry.createRepository(repository, { isImmutable: () => false });
  const databaseAuthority = join(directory, "authority.pem");
  await writeFile(databaseAuthority, certificate);
  const runtime = await startTaskRuntime(kind, {
    databaseAuthority,
    registry,
    network,
    directory,
    ...settings,
  });
  // The runtime provides Node for processes.
  const base = kind === "docker" ? [await makeNodeLayer(directory)] : [];
  return { directory, served, runtime, base };
}

/** Pushes an image of these files over the base; returns its name for a task definition. */
async function pushOver(
  { directory, served, base }: Started,
  layers: readonly Layer[],
  config: ImageConfig["config"],
): Promise<string> {
  const made = layers.map((layer) => ("digest" in layer ? layer : makeLayer(directory, layer)));
  const all = [...base, ...((await Promise.all(made)) as ImageLayer[])];
  const tag = randomUUID();
  await pushLayers(targetIn(served), all, config, tag);
  return `${served.host}/${repository}:${tag}`;
}

type Served = Awaited<ReturnType<typeof serveRegistry>>;

/** The repository, with a login that is valid for a minute. */
function targetIn({ host, registry }: Served) {
  const token = registry.issueToken(new Date(Date.now() + 60_000));
  const authorization = `Basic ${Buffer.from(`AWS:${token}`).toString("base64")}`;
  return { endpoint: `http://${host}`, authorization, repository };
}

/** Returns the response from a task's address. */
async function ask(network: Network, address: string, port: number): Promise<string> {
  const socket = network.resolve(address, port);
  if (!socket) throw new Error(`nothing is published at ${address}:${port}`);
  return (await fetch(`http://${socket.host}:${socket.port}/`)).text();
}

/** Collects lines; `line(text)` resolves once one of them holds the text. */
function watchLines() {
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  return {
    lines,
    onLine(line: string) {
      lines.push(line);
      for (const watch of watchers) watch();
    },
    line: (text: string) =>
      new Promise<void>((resolve) => {
        const watch = () => lines.some((line) => line.includes(text)) && resolve();
        watchers.add(watch);
        watch();
      }),
  };
}
