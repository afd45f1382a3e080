import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "@ecs-delivery/actions/build-image/src/docker/engine.support";
import { startGitHub } from "@ecs-delivery/lab/runner/github.support";
import type { RunResult } from "@ecs-delivery/lab/runner/result";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { createExampleAccount, type ExampleAccount, type Kind } from "./account.support.ts";
import { createExample, createMirror, errors, readPage as read } from "./examples.support.ts";

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

async function open(
  context: TestContext,
  name: string,
  workflow = "deploy.yml",
  github?: { apiUrl: string; token: string },
) {
  const repository = await createExample(name, { mirror, account, workflow, github });
  context.onTestFinished(() => repository.remove());
  return repository;
}

async function readDockerfile(example: string, baseImage: string): Promise<string> {
  const text = await readFile(join(import.meta.dirname, example, "Dockerfile"), "utf8");
  return text.replace(/^FROM .*/, `FROM ${baseImage}`);
}

/** Only ends what hangs: a deployment takes ten seconds, and many times that on a busy machine. */
const timeout = 600_000;

describe.concurrent("an example that is pushed to main deploys what responds through the load balancer", {
  timeout,
}, () => {
  it.for<[string, Kind, string]>([
    ["rolling", "rolling", "menu"],
    ["blue-green", "codedeploy", "orders"],
    ["canary", "canary", "prices"],
    ["one-step", "rolling", "hello"],
    ["migration", "rolling", "legacy"],
  ])("%s", async ([name, kind, service], context) => {
    // The step of one-step creates its repository.
    const address = await account.addService(service, kind, name !== "one-step");
    if (name === "migration") {
      // BuildKit writes an archive only with containerd's image store.
      const engine = await startEngine({ imageStore: true });
      context.onTestFinished(engine.close);
      Object.assign(account.environment, engine.variables);
    }
    const repository = await open(context, name);
    // The base image of the tasks that the simulated AWS starts as processes; the other examples read a variable.
    const changes: Record<string, string> =
      name === "migration" ? { Dockerfile: await readDockerfile(name, "scratch") } : {};
    const run = await repository.push(none, await repository.commit(changes));
    const result = (await run?.result) as RunResult;
    expect(errors(result)).toEqual([]);
    expect(result.conclusion).toBe("success");
    expect(await read(address)).toBe(`${service} 1\n`);
  });

  it("a push that changes nothing of the service deploys nothing; rollback.yml brings back the release before, scale-test.yml measures it", async (context) => {
    const address = await account.addService("drinks", "rolling");
    const repository = await open(context, "rolling");
    const renamed = async (path: string) => {
      const text = await readFile(join(import.meta.dirname, "rolling", path), "utf8");
      return { [path]: text.replaceAll("menu", "drinks") };
    };
    const first = await repository.commit({
      ...(await renamed(".github/workflows/deploy.yml")),
      ...(await renamed("taskdef.json")),
      ".github/workflows/rollback.yml": `on: push
jobs:
  rollback:
    permissions: { contents: read, id-token: write }
    uses: OWNER/ecs-delivery/.github/workflows/rollback.yml@v1
    with: { service: drinks, ecs-service: drinks, cluster: production, to: previous-revision }
`,
      ".github/workflows/scale.yml": `on: push
jobs:
  scale:
    permissions: { contents: read, id-token: write }
    uses: OWNER/ecs-delivery/.github/workflows/scale-test.yml@v1
    with:
      service: drinks
      ecs-service: drinks
      cluster: production
      url: ${address}
      paths: /
      task-counts: "2"
      connections: "4"
      duration: 2s
      warm-up: 1s
  show:
    needs: scale
    runs-on: ubuntu-latest
    steps:
      - run: 'echo "recommended: \${{ needs.scale.outputs.recommendation }}"'
`,
    });
    const second = await repository.commit({ "notes.txt": "not of the service" });
    const push = async (before: string, after: string, file?: string) => {
      const result = (await (await repository.push(before, after, file))?.result) as RunResult;
      expect(errors(result)).toEqual([]);
      return result.jobs.flatMap(({ steps }) => steps.flatMap(({ outputs }) => outputs.changed ?? []));
    };
    expect(await push(none, first)).toEqual(["true"]);
    expect(await push(first, second)).toEqual(["false"]);
    expect(await read(address)).toBe("menu 1\n");
    await push(first, second, ".github/workflows/rollback.yml");
    expect(await read(address)).toBe("before");
    await push(first, second, ".github/workflows/scale.yml");
    expect(repository.lines()).toContainEqual(expect.stringMatching(/^recommended: \S/));
  });

  it("estimate-cost.yml and provision.yml read the templates of the repository that calls them", async (context) => {
    const repository = await open(context, "rolling");
    const commit = await repository.commit({
      ".github/workflows/cost.yml": `on: push
jobs:
  cost:
    permissions: { contents: read }
    uses: OWNER/ecs-delivery/.github/workflows/estimate-cost.yml@v1
    with: { templates: stacks, profile: small, usage: usage.yaml }
  plan:
    permissions: { contents: read, id-token: write }
    uses: OWNER/ecs-delivery/.github/workflows/provision.yml@v1
    with: { templates: stacks, profile: small, mode: plan, stack-prefix: examples }
  show:
    needs: [cost, plan]
    runs-on: ubuntu-latest
    steps:
      - run: 'echo "monthly: \${{ needs.cost.outputs.monthly }}"'
      - run: 'echo "has changes: \${{ needs.plan.outputs.has-changes }}"'
`,
      "stacks/network.yaml":
        "Resources:\n  Address:\n    Type: AWS::EC2::EIP\n    Properties: { Domain: vpc }\n",
      "stacks/parameters/small.json": '{ "network": {} }',
      "usage.yaml": "hours: 48\n",
    });
    const run = await repository.push(none, commit, ".github/workflows/cost.yml");
    expect(errors((await run?.result) as RunResult)).toEqual([]);
    expect(repository.lines()).toContainEqual(expect.stringMatching(/^monthly: \d/));
    expect(repository.lines()).toContain("has changes: true");
  });

  it("scheduled-tasks: after the deployment, the template's rule starts its revision", async (context) => {
    const address = await account.addService("shop", "rolling");
    const template = await readFile(join(import.meta.dirname, "scheduled-tasks/nightly.yaml"), "utf8");
    await account.addStack("shop-nightly", template);
    expect(await account.startedBy("shop-nightly")).toEqual(["shop"]);
    const repository = await open(context, "scheduled-tasks");
    const run = await repository.push(none, await repository.commit({}));
    expect(errors((await run?.result) as RunResult)).toEqual([]);
    expect(await read(address)).toBe("shop 1\n");
    expect(await account.startedBy("shop-nightly")).toEqual(["shop:2"]);
  });

  it("monorepo: a push deploys the service whose files it changes", async (context) => {
    const [api = "", site = ""] = await Promise.all(
      ["api", "site"].map((name) => account.addService(name, "rolling")),
    );
    const repository = await open(context, "monorepo", "api.yml");
    const first = await repository.commit({});
    const source = await readFile(join(import.meta.dirname, "monorepo/services/site/app/server.mjs"), "utf8");
    const second = await repository.commit({
      "services/site/app/server.mjs": source.replace("site 1", "site 2"),
    });
    expect(await repository.push(first, second)).toBeUndefined();
    const runs = [
      await repository.push(none, first),
      await repository.push(first, second, ".github/workflows/site.yml"),
    ];
    const results = await Promise.all(runs.map(async (run) => (await run?.result) as RunResult));
    expect(results.flatMap(errors)).toEqual([]);
    expect([await read(api), await read(site)]).toEqual(["api 1\n", "site 2\n"]);
  });

  it("plan-on-pull-requests: a pull request shows its plan and changes nothing, its merge deploys", async (context) => {
    const address = await account.addService("stock", "rolling");
    const github = await startGitHub();
    context.onTestFinished(github.close);
    const access = { apiUrl: github.address, token: "token-1" };
    const repository = await open(context, "plan-on-pull-requests", "plan.yml", access);
    const base = await repository.commit({});
    const head = await repository.commit({ "app/more.txt": "more" });
    const planned = (await (await repository.openPullRequest(base, head))?.result) as RunResult;
    expect(errors(planned)).toEqual([]);
    expect(github.comments[0]?.body).toMatch(/stock: planned/);
    expect(await account.imagesOf("stock")).toEqual([]);
    expect(await read(address)).toBe("before");
    const deploy = await repository.push(base, head, ".github/workflows/deploy.yml");
    const merged = (await deploy?.result) as RunResult;
    expect(errors(merged)).toEqual([]);
    expect(await read(address)).toBe("stock 1\n");
  });
});
