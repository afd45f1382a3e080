import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeNodeBase } from "@ecs-delivery/program/base-image";
import { writeFiles } from "@ecs-delivery/program/test-folder.support";
import type { Simulator } from "@ecs-delivery/simulator";
import { startRealSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll } from "vitest";
import { systemClock } from "../../../core/pace.ts";
import { type FaultRule, startFaultyRegistry } from "../../../registry/faulty-registry.support.ts";
import { amd64, testEnvironment, testInputs, toRepository } from "../build-image.support.ts";
import { type BuiltImage, buildImage } from "../build-image.ts";
import type { BuildEnvironment } from "../builder.ts";
import type { BuildInputs } from "../inputs.ts";
import { makeImage } from "../make-image.ts";
import { readSource } from "../source/read-source.ts";
import { createDockerBuilder } from "./builder.ts";
import type { DockerInputs } from "./inputs.ts";

export const run = promisify(execFile);

/** Runs docker; rejects with instructions when no engine responds. */
export async function docker(...args: string[]): Promise<string> {
  try {
    return (await run("docker", args)).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    if (!/ENOENT|Cannot connect|unknown command/.test(`${stderr}${message}`)) throw error;
    throw new Error(
      `these tests need a Docker engine that answers and buildx (Debian: apt-get install docker.io docker-cli docker-buildx iptables, then dockerd): ${stderr || message}`,
    );
  }
}

export type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

type Files = Readonly<Record<string, string>>;
export interface WorkshopBuild {
  readonly docker?: Partial<DockerInputs>;
  readonly inputs?: Partial<BuildInputs>;
  readonly environment?: Partial<BuildEnvironment>;
  readonly variables?: NodeJS.ProcessEnv;
}

/** Opens a workshop for the tests of one file. */
export async function useWorkshop(): Promise<Workshop> {
  const workshop = await openWorkshop();
  afterAll(() => workshop.close());
  return workshop;
}

/** Creates a registry, the repositories `customer` and `base`, a folder for sources and a user who is logged in. */
export async function openWorkshop() {
  await docker("version");
  const simulator = await startRealSimulator();
  const folder = await mkdtemp(join(tmpdir(), "docker-builder-test-"));
  const [uri] = await Promise.all(
    ["customer", "base"].map(async (repositoryName) => {
      const { repository } = await simulator.aws.ecr.createRepository({ repositoryName });
      return repository?.repositoryUri ?? "";
    }),
  );
  const host = uri?.split("/")[0] ?? "";
  const dockerConfig = join(folder, "user");
  writeFiles(dockerConfig, { "config.json": await loginOf(simulator, [host]) });
  const sources = join(folder, "sources");
  let environment: ReturnType<typeof testEnvironment> | undefined;

  const prepare = async (
    files: Files,
    { docker = {}, inputs, environment: own, variables }: WorkshopBuild,
  ) => {
    await rm(sources, { recursive: true, force: true });
    writeFiles(sources, files);
    environment = testEnvironment(simulator, {
      // Docker works in real time.
      clock: systemClock,
      variables: { ...process.env, DOCKER_CONFIG: dockerConfig, ...variables },
      ...own,
    });
    const builder = { ...dockerInputs(sources), ...docker };
    return [testInputs(sources, { ...inputs, builder }), environment] as const;
  };

  return {
    simulator,
    host,
    folder,
    dockerConfig,
    sources,
    /** Log lines of the last build. */
    lines: () => environment?.lines ?? [],
    secrets: () => environment?.secrets ?? [],

    /** Writes the sources again and builds their image. */
    async build(files: Files, options: WorkshopBuild = {}) {
      const [inputs, environment] = await prepare(files, options);
      return buildImage(inputs, environment);
    },

    /** Writes the sources again and builds their image into an archive, without any registry. */
    async write(files: Files, file: string, options: WorkshopBuild = {}) {
      const createEcr = () => Promise.reject(new Error("this job has no credentials"));
      const [inputs, environment] = await prepare(files, { environment: { createEcr }, ...options });
      const { context, labels, builder } = inputs;
      return makeImage({ context, labels, builder, file }, environment);
    },

    /** Writes the sources again; returns their digest. */
    async readSource(files: Files, options: WorkshopBuild = {}) {
      const [inputs, environment] = await prepare(files, options);
      const builder = createDockerBuilder(inputs.builder as DockerInputs, environment);
      return (await readSource(inputs, builder, environment.signal)).digest;
    },

    /** Opens the registry with faults, as another one that the user is logged in to. */
    async openFaulty(rules: readonly FaultRule[]) {
      const registry = await startFaultyRegistry(host, rules);
      writeFiles(dockerConfig, { "config.json": await loginOf(simulator, [host, registry.host]) });
      const uri = `${registry.host}/customer`;
      const repository = { registry: "other", host: registry.host, name: "customer", uri } as const;
      return { uri, destination: { repository, create: false }, close: registry.close };
    },

    async close() {
      await simulator.close();
      await rm(folder, { recursive: true });
      await removeImages(host);
    },
  };
}

/** The defaults of the inputs. */
export function dockerInputs(context: string): DockerInputs {
  return {
    kind: "docker",
    dockerfile: join(context, "Dockerfile"),
    target: undefined,
    platforms: [amd64],
    buildArgs: new Map(),
    buildContexts: new Map(),
    secretFiles: new Map(),
    cache: "none",
    provenance: "none",
    sbom: false,
  };
}

/** Pushes an image with Node to the repository `base`; returns its name by tag. */
export async function pushNodeBase({ simulator, folder, host }: Workshop): Promise<string> {
  const root = await makeNodeBase({ folder: join(folder, "node") });
  const inputs = testInputs(root, {
    destination: toRepository("base"),
    tags: ["node"],
    oci: { workingDirectory: "/", entrypoint: ["node"], user: "0" },
  });
  await buildImage(inputs, testEnvironment(simulator));
  return `${host}/base:node`;
}

/** Inspects an image by an independent client. */
export async function skopeo(workshop: Workshop, image: string, ...options: string[]) {
  const authfile = join(workshop.dockerConfig, "config.json");
  const args = ["inspect", "--tls-verify=false", "--authfile", authfile, ...options, `docker://${image}`];
  return JSON.parse((await run("skopeo", args)).stdout);
}

/** Returns the image's configuration. */
export async function inspect(workshop: Workshop, { image }: Pick<BuiltImage, "image">) {
  return (await skopeo(workshop, image, "--config")) as {
    created: string;
    config: { Labels?: Record<string, string>; Env?: string[] };
    history: { created_by?: string }[];
  };
}

async function loginOf(simulator: Simulator, hosts: readonly string[]): Promise<string> {
  const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
  const login = { auth: authorizationData?.[0]?.authorizationToken };
  return JSON.stringify({ auths: Object.fromEntries(hosts.map((host) => [host, login])) });
}

/** Removes images that a failed test has left in the engine; no other test uses the registry's port. */
async function removeImages(host: string): Promise<void> {
  const names = (await docker("images", "--format", "{{.Repository}}:{{.Tag}}")).split("\n");
  const ours = names.filter((name) => name.startsWith(`${host}/`));
  if (ours.length > 0) await docker("image", "rm", ...ours);
}
