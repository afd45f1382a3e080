import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import type { RunResult } from "@ecs-delivery/lab/runner/result";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createExampleAccount, type ExampleAccount } from "./account.support.ts";
import { createExample, createMirror, errors, readPage } from "./examples.support.ts";

let directory: string;
let mirror: string;
let account: ExampleAccount;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "examples-"));
  [mirror, account] = await Promise.all([createMirror(directory), createExampleAccount()]);
});
afterAll(async () => {
  await account?.close();
  await rm(directory, { recursive: true, force: true });
});

const none = "0".repeat(40);
type Repository = Awaited<ReturnType<typeof createExample>>;
const push = async (repository: Repository, before: string, after: string) =>
  (await (
    await repository.push(before, after)
  )?.result) as RunResult;
const open = (name: string, options: Partial<Parameters<typeof createExample>[1]> = {}) =>
  createExample(name, { mirror, account, workflow: "deploy.yml", ...options });
const readExample = (path: string) => readFile(join(import.meta.dirname, path), "utf8");

/** Prints what `terraform output -json` prints, and nothing else that a workflow needs. */
async function installTerraform(outputs: object): Promise<string> {
  const folder = await mkdtemp(join(directory, "programs-"));
  const file = join(folder, "terraform");
  const text = JSON.stringify(outputs);
  await writeFile(file, `#!/bin/sh\ncase "$*" in *"output -json") cat <<'END'\n${text}\nEND\n;; esac\n`);
  await chmod(file, 0o755);
  return `${folder}:${account.environment.PATH}`;
}

async function startWebhook() {
  const posts: unknown[] = [];
  const server = createServer(async (request, response) => {
    posts.push([request.url, await json(request)]);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { posts, address, close: () => void server.close() };
}

describe.concurrent("an example for larger teams", { timeout: 600_000 }, () => {
  it("approval: visitors reach a tested release after the approval, and never after a no", async (context) => {
    const address = await account.addService("parcels", "gated");
    const { port } = new URL(address);
    const folder = await mkdtemp(join(directory, "curl-"));
    await writeFile(join(folder, ".curlrc"), `connect-to = "::127.0.0.1:${Number(port) + 1}"\n`);
    const environment = { CURL_HOME: folder };
    const jobsOf = ({ jobs }: RunResult) =>
      Object.fromEntries(jobs.map(({ name, conclusion }) => [name, conclusion]));
    const play = async (edit = (text: string) => text) => {
      const repository = await open("approval", { environment, edit });
      context.onTestFinished(() => repository.remove());
      return { result: await push(repository, none, await repository.commit({})), lines: repository.lines() };
    };
    // GitHub fails a job that a reviewer rejects before its first step.
    const rejected = await play((text) =>
      text.replace(/(environment: production\n(.*\n)*? {4}steps:\n)/, "$1      - run: exit 1\n"),
    );
    const ended = { build: "success", test: "success", approve: "failure", reject: "success" };
    expect(jobsOf(rejected.result)).toEqual(ended);
    const failed = await play((text) => text.replace("grep parcels", "grep other"));
    expect(jobsOf(failed.result)).toEqual({ build: "success", test: "failure", reject: "success" });
    expect(await readPage(address)).toBe("before");
    const { result, lines } = await play();
    expect(errors(result)).toEqual([]);
    expect(jobsOf(result)).toEqual({ build: "success", test: "success", approve: "success" });
    expect(lines).toContain("parcels 1");
    expect(await readPage(address)).toBe("parcels 1\n");
  });

  it.for([
    ["the repository owns the task definition", "cakes", "taskdef.json"],
    ["Terraform owns it", "pies", "pies"],
  ] as const)("terraform: %s", async ([_, service, definition], context) => {
    const address = await account.addService(service, "rolling");
    const text = (value: string) => ({ sensitive: false, type: "string", value });
    const names = { cluster: text("production"), service: text(service), repository: text(service) };
    const PATH = await installTerraform({
      ...names,
      execution_role_arn: text("arn:aws:iam::123456789012:role/ecsTaskExecutionRole"),
      log_group: text(`/ecs/${service}`),
      subnets: { sensitive: false, type: ["list", "string"], value: ["subnet-1"] },
      password: { sensitive: true, type: "string", value: "SECRET-VALUE" },
    });
    const edit = (file: string) => file.replaceAll("cakes", service).replaceAll("taskdef.json", definition);
    const repository = await open("terraform", { environment: { PATH }, edit });
    context.onTestFinished(() => repository.remove());
    const result = await push(repository, none, await repository.commit({}));
    expect(errors(result)).toEqual([]);
    expect(JSON.stringify([result, repository.lines()])).not.toContain("SECRET-VALUE");
    expect(await readPage(address)).toBe(`${service} 1\n`);
  });

  it("staging-and-production: production gets the image that staging ran, after its plan", async (context) => {
    const staging = await createExampleAccount({ cluster: "staging", other: account });
    context.onTestFinished(() => staging.close());
    const addresses = [
      await staging.addService("orders", "rolling"),
      await account.addService("orders", "rolling"),
    ];
    const ofStaging = `$&\n    env: { AWS_ENDPOINT_URL: "${staging.environment.AWS_ENDPOINT_URL}" }`;
    const edit = (file: string) => file.replace("    environment: staging", ofStaging);
    const repository = await open("staging-and-production", { edit });
    context.onTestFinished(() => repository.remove());
    const result = await push(repository, none, await repository.commit({}));
    expect(errors(result)).toEqual([]);
    expect(await Promise.all(addresses.map(readPage))).toEqual(["orders 1\n", "orders 1\n"]);
    const [tested, deployed] = [await staging.runningImage("orders"), await account.runningImage("orders")];
    expect(tested).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(deployed?.split("@")[1]).toBe(tested?.split("@")[1]);
    expect(result.jobs.find(({ name }) => name === "plan")?.summary).toContain("orders: planned");
  });

  it("many-services: a push deploys what changed, and one table shows all", async (context) => {
    const names = Array.from({ length: 30 }, (_, index) => `shop-${index + 10}`);
    const changed = names.slice(3, 7);
    await Promise.all(changed.map((name) => account.addService(name, "rolling")));
    const [server, definition] = await Promise.all(
      ["app/server.mjs", "taskdef.json"].map((path) => readExample(`many-services/services/api/${path}`)),
    );
    const filesOf = (name: string, version: string, text = definition ?? "") => ({
      [`services/${name}/app/server.mjs`]: (server ?? "").replace("api 1", `${name} ${version}`),
      [`services/${name}/taskdef.json`]: text.replaceAll("api", name),
    });
    const repository = await open("many-services");
    context.onTestFinished(() => repository.remove());
    const all = await repository.commit(Object.assign({}, ...names.map((name) => filesOf(name, "1"))));
    const [broken = "", ...good] = changed;
    const change = await repository.commit({
      ...Object.assign({}, ...good.map((name) => filesOf(name, "2"))),
      ...filesOf(broken, "2", definition?.replace("ecsTaskExecutionRole", "a-missing-role")),
      "notes.txt": "",
    });
    const result = await push(repository, all, change);
    const table = result.jobs.find(({ name }) => name === "table")?.summary.split("\n") ?? [];
    expect(table.slice(2).map((line) => line.split(" | ").slice(0, 2).join(" "))).toEqual([
      `| ${broken} ❌ failed`,
      ...good.map((name) => `| ${name} ✅ succeeded`),
      "",
    ]);
    expect(table[2]).toContain("a-missing-role");
  });

  it("notices: posts a good and a failed deployment to Slack and to a webhook", async (context) => {
    const address = await account.addService("news", "rolling");
    const webhook = await startWebhook();
    context.onTestFinished(webhook.close);
    const secrets = { SLACK_WEBHOOK: `${webhook.address}/slack`, WEBHOOK: `${webhook.address}/any` };
    const repository = await open("notices", { secrets });
    context.onTestFinished(() => repository.remove());
    const first = await repository.commit({});
    expect(errors(await push(repository, none, first))).toEqual([]);
    expect(await readPage(address)).toBe("news 1\n");
    const text = `throw new Error("<!channel> '\\"$(id)\\" & so on");`;
    const bad = await repository.commit({ "app/server.mjs": text });
    expect((await push(repository, first, bad)).conclusion).toBe("failure");
    const run = /https:\/\/github\.com\/octo\/coffee\/actions\/runs\/\d+\/attempts\/1$/;
    expect(webhook.posts).toMatchObject([
      ["/slack", { text: expect.stringMatching(/^✅ news:\d+ .*deployed after/) }],
      ["/any", { service: "news", status: "succeeded", cause: "", message: expect.stringMatching(run) }],
      [
        "/slack",
        {
          text: expect.stringMatching(/^❌ news: tried revision .*&lt;!channel&gt; '"\$\(id\)" &amp; so on/),
        },
      ],
      ["/any", { status: "rolled-back", message: expect.stringContaining("<!channel>") }],
    ]);
  });
});
