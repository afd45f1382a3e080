import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const execute = promisify(execFile);
const script = resolve(import.meta.dirname, "changed-services.mjs");
const service = (name: string, dependencies = {}) => JSON.stringify({ name: `@x/${name}`, dependencies });

let repository: string;
let first: string;
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), "changed-services-"));
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
afterAll(() => rm(repository, { recursive: true, force: true }));

async function commit(files: Record<string, string>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(repository, path)), { recursive: true });
    await writeFile(join(repository, path), content);
  }
  const git = (...args: string[]) => execute("git", args, { cwd: repository });
  await git("add", "--all");
  await git("-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "x");
  return (await git("rev-parse", "HEAD")).stdout.trim();
}

async function changedServices(before: string, after: string): Promise<string[]> {
  const output = join(repository, ".git", "output");
  await writeFile(output, "");
  const env = { PATH: process.env.PATH, BEFORE: before, AFTER: after, GITHUB_OUTPUT: output };
  await execute("node", [script], { cwd: repository, env });
  return JSON.parse((await readFile(output, "utf8")).replace("services=", ""));
}

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
  ["a run by hand", ""],
  ["a history that was rewritten", "1".repeat(40)],
])("%s deploys all", async (_, before) => {
  expect(await changedServices(before, "HEAD")).toEqual(all);
});

it("nothing changed deploys nothing", async () => {
  expect(await changedServices(first, first)).toEqual([]);
});
