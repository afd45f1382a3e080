import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { commitTagKey } from "@ecs-delivery/actions/delivery/order/run-tag";
import { useFolder, writeFiles } from "@ecs-delivery/program/test-folder.support";
import { webTaskDefinition } from "@ecs-delivery/simulator/outside-clients/web.support";
import { createWebAccount } from "@ecs-delivery/simulator/outside-clients/web-account.support";
import { startTestSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const execute = promisify(execFile);
const script = resolve(import.meta.dirname, "find-changed-services.mjs");
const service = (name: string, dependencies = {}) => JSON.stringify({ name: `@x/${name}`, dependencies });

const repository = useFolder();
let first: string;
beforeAll(async () => {
  await execute("git", ["init", "--quiet"], { cwd: repository });
  first = await commit({
    "services/suppliers/package.json": service("suppliers", { hono: "4" }),
    "services/customer/package.json": service("customer", { "@x/suppliers": "*" }),
    "services/employee/package.json": service("employee", { "@x/suppliers": "*" }),
    "services/notes/package.json": service("notes"),
    "infra-templates/ecs/taskdef-customer.json": "{}",
    "infra-templates/ecs/taskdef-employee.json": "{}",
    "infra-templates/ecs/appspec-employee.yaml": "",
    "package-lock.json": "{}",
    "README.md": "",
  });
});

async function commit(files: Record<string, string>): Promise<string> {
  writeFiles(repository, files);
  const git = (...args: string[]) => execute("git", args, { cwd: repository });
  await git("add", "--all");
  await git("-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "x");
  return (await git("rev-parse", "HEAD")).stdout.trim();
}

async function run(before: string, after: string, more: Record<string, string | undefined> = {}) {
  const output = join(repository, ".git", "output");
  await writeFile(output, "");
  const given = { SERVICES: "pushed", BEFORE: before, AFTER: after, CLUSTER: "shop", GITHUB_OUTPUT: output };
  const env = { PATH: process.env.PATH, ...given, ...more };
  const { stdout } = await execute("node", [script], { cwd: repository, env });
  const services: string[] = JSON.parse((await readFile(output, "utf8")).replace("services=", ""));
  return { services, notices: stdout.split("\n").filter((line) => line.startsWith("::notice")) };
}

const changedServices = async (...parameters: Parameters<typeof run>) => (await run(...parameters)).services;

const all = ["customer", "employee"];

it.each([
  ["its own file", { "services/customer/src/app.ts": "1" }, ["customer"]],
  ["a workspace it depends on", { "services/suppliers/src/site.ts": "1" }, all],
  ["its task definition", { "infra-templates/ecs/taskdef-customer.json": "{ }" }, ["customer"]],
  ["its migration", { "infra-templates/ecs/taskdef-migrate-customer.json": "{}" }, ["customer"]],
  ["its AppSpec", { "infra-templates/ecs/appspec-employee.yaml": "1" }, ["employee"]],
  ["the lock file", { "package-lock.json": "{ }" }, all],
  ["a service without a task definition", { "services/notes/a.ts": "1" }, []],
  ["a file of no service", { "README.md": "1" }, []],
  ["a folder whose name begins alike", { "services/customer2/a.ts": "1" }, []],
])("%s", async (_, files, services) => {
  const before = (await execute("git", ["rev-parse", "HEAD"], { cwd: repository })).stdout.trim();
  expect(await changedServices(before, await commit(files))).toEqual(services);
});

it.each([
  ["a new branch", "0".repeat(40)],
  ["a history that was rewritten", "1".repeat(40)],
])("%s deploys all", async (_, before) => {
  expect(await changedServices(before, "HEAD")).toEqual(all);
});

it("nothing changed deploys nothing, unless all are wanted", async () => {
  expect(await changedServices(first, first)).toEqual([]);
  expect(await changedServices(first, first, { SERVICES: "all" })).toEqual(all);
});

it("refuses an unknown choice of services, with the allowed ones", async () => {
  await expect(run(first, first, { SERVICES: "al" })).rejects.toThrow(
    expect.objectContaining({
      stdout: expect.stringMatching(/DEPLOY_SERVICES is "al"; allowed: undeployed .*, pushed, all\./),
    }),
  );
});

describe("compared with the commit that is deployed", () => {
  let simulator: TestSimulator;
  let serviceArn = "";
  let base = "";
  let release = "";
  let docs = "";
  beforeAll(async () => {
    simulator = await startTestSimulator();
    const { ecs } = simulator.aws;
    const { repositoryUri, networkConfiguration } = await createWebAccount(simulator, "shop");
    const definition = await ecs.registerTaskDefinition(webTaskDefinition(`${repositoryUri}:latest`));
    const taskDefinition = definition.taskDefinition?.taskDefinitionArn;
    const settings = { cluster: "shop", taskDefinition, desiredCount: 0, networkConfiguration };
    for (const name of all) {
      const serviceName = `${name}-microservice`;
      const { service } = await ecs.createService({ ...settings, serviceName, launchType: "FARGATE" });
      if (name === "customer") serviceArn = service?.serviceArn ?? "";
    }
    base = await commit({ "README.md": "base" });
    release = await commit({ "services/customer/src/app.ts": "release" });
    docs = await commit({ "README.md": "docs" });
  });
  afterAll(() => simulator?.close());

  const deployed = async (value: string, more: Record<string, string | undefined> = {}) => {
    await simulator.aws.ecs.tagResource({ resourceArn: serviceArn, tags: [{ key: commitTagKey, value }] });
    return run(release, docs, { ...simulator.environmentVariables, SERVICES: "undeployed", ...more });
  };

  it.each<[string, () => string, Record<string, string>, string[]]>([
    ["the release failed or was skipped: the next push deploys it", () => base, {}, ["customer"]],
    ["the release is deployed, or was rolled back on request: nothing", () => release, {}, []],
    ["a commit of another history: the push alone", () => "1".repeat(40), {}, []],
    ["text that a person wrote: the push alone", () => "by hand", {}, []],
  ])("%s", async (_, value, more, services) => {
    expect(await deployed(value(), more)).toEqual({ services, notices: [] });
  });

  it("deploys what the push changed again when a person starts the run again", async () => {
    const env = { BEFORE: base, GITHUB_RUN_ATTEMPT: "2" };
    expect((await deployed(release, env)).services).toEqual(["customer"]);
  });

  it.each<[string, Record<string, string | undefined>, RegExp]>([
    ["no credentials", { AWS_ACCESS_KEY_ID: undefined }, /AWS credentials are missing\.$/],
    ["no such cluster", { CLUSTER: "none" }, /ECS returns ClusterNotFoundException: /],
    ["no connection", { AWS_ENDPOINT_URL: "http://127.0.0.1:9" }, /ECS cannot be reached: /],
  ])("compares with the commit before the push, and says so: %s", async (_, more, why) => {
    const { services, notices } = await deployed(base, more);
    expect(services).toEqual([]);
    expect(notices).toEqual([expect.stringMatching(why)]);
  });
});
