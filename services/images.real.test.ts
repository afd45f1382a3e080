// Each service's image, built from its Dockerfile and from its bundle alone, run by Docker against one database.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Simulator } from "@ecs-delivery/simulator";
import { startDatabaseServer } from "@ecs-delivery/simulator/runtime/database/database-server";
import { hasDocker } from "@ecs-delivery/simulator/runtime/tasks/runtimes.support";
import { startRealSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { bundleServices, type ServiceBundles } from "@ecs-delivery/suppliers/test-service.support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { folderLabel } from "../scripts/tests/container-engine.ts";
import { buildImage, pushBase, root, run, serveToContainers, writeNpmrc } from "./images.support.ts";

// The Dockerfile of customer is that of employee with another name: containers.test.ts shows it.
const services = [
  { name: "employee", port: 8080, paths: ["/admin/suppliers", "/admin/supplier-add", "/admin/health", "/"] },
  { name: "monolith", port: 80, paths: ["/", "/suppliers", "/supplier-add", "/health", "/admin/suppliers"] },
];
const builders = ["docker", "oci"] as const;
type Builder = (typeof builders)[number];

const ends = new AsyncDisposableStack();
const account = { user: "nodeapp", password: randomUUID(), database: "COFFEE" };
let folder: string;
/** Label of every container that these tests start, so that none is left. */
let label: string;
let simulator: Simulator;
let bundles: ServiceBundles;
let bases: { build: string; run: string };
let dockerConfig: string;
let databaseVariables: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "images-test-"));
  label = `${folderLabel}=${folder}`;
  ends.defer(() => rm(folder, { recursive: true, force: true }));
  simulator = ends.adopt(await startRealSimulator(), (started) => started.close());
  const database = await startDatabaseServer({ dataDirectory: join(folder, "database"), ...account });
  ends.defer(() => database.close());
  const { host, port, server } = await serveToContainers(database.port);
  ends.defer(() => void server.close());
  ends.defer(removeContainers);
  bundles = await bundleServices(...services.map(({ name }) => name));
  ends.defer(() => bundles.remove());
  databaseVariables = variables({
    APP_DB_HOST: host,
    APP_DB_PORT: String(port),
    APP_DB_USER: account.user,
    APP_DB_PASSWORD: account.password,
  });
  const [runBase, buildBase] = await Promise.all([
    pushBase(simulator, folder, false),
    pushBase(simulator, folder, true),
    writeNpmrc(join(folder, "npmrc")),
  ]);
  bases = { build: buildBase, run: runBase };
  dockerConfig = await logIn();
});
afterAll(() => ends.disposeAsync());

const variables = (given: Record<string, string>) =>
  Object.entries(given).flatMap(([name, value]) => ["--env", `${name}=${value}`]);

/** Runs Docker, logged in to the simulated registry. */
async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run("docker", args, { env: { ...process.env, DOCKER_CONFIG: dockerConfig } });
  return stdout.trim();
}

async function logIn(): Promise<string> {
  const { authorizationData = [] } = await simulator.aws.ecr.getAuthorizationToken({});
  const { authorizationToken: auth } = authorizationData[0] ?? {};
  const auths = { [bases.run.split("/")[0] ?? ""]: { auth } };
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths }));
  return folder;
}

async function removeContainers(): Promise<void> {
  const left = await docker("ps", "--all", "--quiet", "--filter", `label=${label}`);
  if (left) await docker("rm", "--force", "--volumes", ...left.split("\n"));
}

/** Limits as in production: no privileges, a read-only file system, and half a GB of memory. */
const limits = () => [
  ...["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "512m"],
  ...["--label", label],
];

/** The deployment workflow's settings for every service's container. */
const workflowInputs = (() => {
  const { on, jobs } = parse(readFileSync(join(root, ".github/workflows/deploy-service.yml"), "utf8"));
  const { environment } = jobs.deploy.steps.find(({ id }: { id?: string }) => id === "image").with;
  return { entrypoint: on.workflow_call.inputs.entrypoint.default, environment };
})();

async function build(builder: Builder, name: string, port: number): Promise<string> {
  if (builder === "docker")
    return buildImage(simulator, folder, {
      repository: `${name}-by-docker`,
      builder,
      context: root,
      dockerfile: join(root, "services", name, "Dockerfile"),
      "build-args": `BUILD_IMAGE=${bases.build}\nBASE_IMAGE=${bases.run}`,
      "secret-files": `npmrc=${join(folder, "npmrc")}`,
    });
  return buildImage(simulator, folder, {
    repository: `${name}-by-oci`,
    builder,
    context: dirname(bundles.entry(name)),
    "base-image": bases.run,
    user: "65532:65532",
    ...workflowInputs,
    "exposed-ports": `${port}/tcp`,
  });
}

describe.skipIf(!hasDocker).each(services)("the image of $name", ({ name, port, paths }) => {
  const images = {} as Record<Builder, string>;
  const containers = {} as Record<Builder, string>;

  beforeAll(async () => {
    for (const builder of builders) {
      const image = await build(builder, name, port);
      // Docker keeps pulled images until they are removed.
      ends.defer(async () => void (await docker("image", "rm", "--force", image)));
      images[builder] = image;
    }
    await docker("run", "--rm", ...limits(), ...databaseVariables, images.docker, "migrate");
    await docker("run", "--rm", ...limits(), ...databaseVariables, images.oci, "seed", "20");
    for (const builder of builders)
      containers[builder] = await docker(
        ...["run", "--detach", ...limits(), ...databaseVariables, "--publish", `127.0.0.1::${port}`],
        images[builder],
      );
  });

  const inspect = async (builder: Builder) => JSON.parse(await docker("inspect", containers[builder]))[0];
  const ofBoth = async <T>(ask: (builder: Builder) => Promise<T>) =>
    ({ docker: await ask("docker"), oci: await ask("oci") }) as const;

  const within = { interval: 200 };

  it("becomes healthy in Docker by its Dockerfile's check", async () => {
    const status = async () => (await inspect("docker")).State.Health?.Status;
    await expect.poll(status, within).toBe("healthy");
  });

  it("passes the same check when builder oci has built it, which leaves checks to ECS", async () => {
    const check = () => docker("exec", containers.oci, "node", "server.mjs", "health");
    await expect.poll(() => check().then(() => "healthy", String), within).toBe("healthy");
  });

  it("is configured the same by both builders", async () => {
    const { docker: one, oci: other } = await ofBoth(async (builder) => {
      const [{ Config }] = JSON.parse(await docker("image", "inspect", images[builder]));
      const { User, Env, ExposedPorts, Entrypoint, Cmd, WorkingDir } = Config;
      return { User, Env, ExposedPorts, Entrypoint, Cmd, WorkingDir };
    });
    expect(one).toEqual(other);
    expect(one).toMatchObject({ User: "65532:65532", ExposedPorts: { [`${port}/tcp`]: {} } });
  });

  it.each(paths)("returns the same for %s from both builders", async (path) => {
    const { docker: one, oci: other } = await ofBoth(async (builder) => {
      const address = await docker("port", containers[builder], `${port}/tcp`);
      const headers = { "x-request-id": "11111111-1111-4111-8111-111111111111" };
      const response = await fetch(`http://${address}${path}`, { headers });
      const { date, ...sent } = Object.fromEntries(response.headers);
      return { status: response.status, sent, text: await response.text() };
    });
    expect(one).toEqual(other);
    expect([200, 404]).toContain(one.status);
  });

  it("has the same bundle on its base from both, nothing else, and a user without rights", async () => {
    const program = `
      const { createHash } = require("node:crypto");
      const { readdirSync, readFileSync } = require("node:fs");
      const bundle = createHash("sha256").update(readFileSync("server.mjs")).digest("hex");
      console.log(process.getuid(), readdirSync(".").join(), bundle, readdirSync("/").join());`;
    const { docker: one, oci: other } = await ofBoth((builder) =>
      docker("exec", containers[builder], "node", "--eval", program),
    );
    expect(one).toBe(other);
    expect(one).toMatch(/^65532 server\.mjs [0-9a-f]{64} (?!.*(root|repository))/);
  });

  it.each(builders)("built by %s ends with exit code 0 when it is stopped", async (builder) => {
    await docker("stop", "--time", "30", containers[builder]);
    expect((await inspect(builder)).State).toMatchObject({ Status: "exited", ExitCode: 0, OOMKilled: false });
  });
});
