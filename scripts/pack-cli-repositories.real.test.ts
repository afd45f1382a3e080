import { execFile } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, rename, symlink } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { git } from "@ecs-delivery/lab/runner/load/git";
import { commitFiles } from "@ecs-delivery/lab/runner/test-repository.support";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { beforeAll, describe, expect, it } from "vitest";

const execute = promisify(execFile);
const folder = useFolder();
const root = join(import.meta.dirname, "..");
const packed = join(folder, "packed");
const template = join(folder, "template");

beforeAll(async () => {
  await execute(process.execPath, [join(root, "scripts/pack-cli.ts"), packed]);
  await execute(process.execPath, [join(root, "scripts/template.ts"), template]);
  await mkdir(join(folder, "bin"));
  await symlink(process.execPath, join(folder, "bin/node"));
});

/** Forty of this worker's ports for listeners serve one rehearsal after the other. */
const halves = [-60, -20].map((start) => ({
  offset: testListenerPortOffset() + start,
  last: Promise.resolve() as Promise<unknown>,
}));

function inTurn<Result>(rehearse: (offset: number) => Promise<Result>): Promise<Result> {
  const half = halves.shift() as (typeof halves)[number];
  halves.push(half);
  const result = half.last.then(() => rehearse(half.offset));
  half.last = result.catch(() => {});
  return result;
}

/** In containers, the examples would need their public base image. */
const noEngine = "unix:///nowhere/docker.sock";

/** In an empty environment: the package's files, Node.js, the system's programs, and whose certificates npm accepts. */
const rehearse = (cwd: string, options: readonly string[]) =>
  inTurn(async (offset) => {
    const { NODE_EXTRA_CA_CERTS } = process.env;
    const PATH = `${join(folder, "bin")}:/usr/local/bin:/usr/bin:/bin`;
    const env = {
      PATH,
      HOME: folder,
      DOCKER_HOST: noEngine,
      ...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }),
    };
    const json = `${cwd}.json`;
    const ports = ["--port", "0", "--listener-offset", String(offset)];
    const argv = [join(packed, "bin.cjs"), "lab", "--once", "--yes", "--json", json, ...ports, ...options];
    const ended = await execute("node", argv, { cwd, env, maxBuffer: 2 ** 26 }).catch((error) => error);
    const output: string = ended.stdout + ended.stderr;
    const { services = [] } = JSON.parse(await readFile(json, "utf8").catch(() => "{}"));
    const deployed: string[] = services.map(
      (each: Record<string, string>) => `${each.cluster}/${each.service} ${each.verdict}`,
    );
    return { code: ended.code ?? 0, output, deployed: deployed.sort() };
  });

async function repository(name: string, from: string, files: Record<string, string> = {}): Promise<string> {
  const cwd = join(folder, name);
  await cp(from, cwd, { recursive: true });
  await git(cwd, "init", "--quiet", "--initial-branch", "main");
  await commitFiles(cwd, files);
  return cwd;
}
const example = (name: string) => join(root, "examples", name);

const api = example("many-services/services/api");
/** Thirty with those of the example, five at a time. */
const names = Array.from({ length: 28 }, (_, index) => `shop-${index + 10}`);
const succeeded = (...services: string[]) => services.map((service) => `${service} succeeded`);

describe.concurrent("the package alone rehearses", { timeout: 900_000 }, () => {
  it.each<[string, string[], string[]]>([
    ["blue-green", [], ["production/orders"]],
    ["canary", [], ["production/prices"]],
    ["migration", [], ["production/legacy"]],
    ["monorepo", [], ["production/api", "production/site"]],
    ["one-step", [], ["production/hello"]],
    ["plan-on-pull-requests", ["--event", "pull_request"], []],
    ["rolling", [], ["production/menu"]],
    ["many-services", [], ["production/api", "production/site"]],
    ["notices", [], ["production/news"]],
    ["staging-and-production", [], ["production/orders", "staging/orders"]],
  ])("the example %s", async (name, options, services) => {
    const { code, output, deployed } = await rehearse(await repository(name, example(name)), options);
    expect([code, deployed], output).toEqual([0, succeeded(...services)]);
  });

  it("the example terraform up to terraform's outputs, which it does not have", async () => {
    const { code, output } = await rehearse(await repository("terraform", example("terraform")), []);
    expect(code).toBe(1);
    expect(output).toMatch(/skipped 'terraform init', so this step has not set its output 'values'/);
  });

  it("AWS's official actions, performed by this package's", async () => {
    const cwd = await repository("official", example("migration"));
    await rename(join(cwd, "before.yml"), join(cwd, ".github/workflows/deploy.yml"));
    await commitFiles(cwd, {});
    const { code, output, deployed } = await rehearse(cwd, ["--network", "none"]);
    expect([code, deployed], output).toEqual([0, ["production/legacy succeeded"]]);
  });

  it("a definition by describe-task-definition and jq, from a repository with a submodule", async () => {
    const other = await repository("other", join(example("rolling"), "app"));
    const cwd = await repository("described", api, {
      ".github/workflows/deploy.yml": await readFile(new URL("pack/described.yml", import.meta.url), "utf8"),
    });
    await git(cwd, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "shared");
    await commitFiles(cwd, {});
    const { code, output, deployed } = await rehearse(cwd, []);
    expect([code, deployed], output).toEqual([0, ["production/api succeeded"]]);
  });

  it("thirty services of one workflow", async () => {
    const [server, definition] = await Promise.all(
      ["app/server.mjs", "taskdef.json"].map((path) => readFile(join(api, path), "utf8")),
    );
    const files = names.map((name) => ({
      [`services/${name}/app/server.mjs`]: server,
      [`services/${name}/taskdef.json`]: definition?.replaceAll("api", name),
    }));
    const cwd = await repository("thirty", example("many-services"), Object.assign({}, ...files));
    const { code, output, deployed } = await rehearse(cwd, []);
    const all = ["api", ...names, "site"].map((name) => `production/${name}`);
    expect([code, deployed], output).toEqual([0, succeeded(...all)]);
  });

  it("a student's repository, provisioned and deployed", async () => {
    const { code, output, deployed } = await rehearse(await repository("student", template), [
      "--before",
      "provision.yml",
    ]);
    const services = ["customer", "employee"].map(
      (name) => `microservices-serverlesscluster/${name}-microservice`,
    );
    expect([code, deployed], output).toEqual([0, succeeded(...services)]);
  });

  it("nothing while its port is in use, and says so", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { code, output } = await rehearse(await repository("busy", example("one-step")), [
      "--port",
      `${port}`,
    ]);
    server.close();
    expect([code, output]).toEqual([2, expect.stringMatching(new RegExp(`${port}.*--port`, "s"))]);
  });
});
