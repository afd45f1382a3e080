import { readFile } from "node:fs/promises";
import { commitTagKey } from "@ecs-delivery/actions/delivery/order/run-tag";
import { webTaskDefinition } from "@ecs-delivery/simulator/outside-clients/web.support";
import { createWebAccount } from "@ecs-delivery/simulator/outside-clients/web-account.support";
import { startTestSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { callerOf, filesOfDeployService, menuWith } from "./deploy-service.support.ts";
import { accessTo, actionsOfProject, filesOfProject, filesWithChangedServices } from "./project.support.ts";
import type { RunResult } from "./result.ts";
import { createTestRepository, type TestRepository } from "./test-repository.support.ts";

let repository: TestRepository;
beforeAll(async () => {
  repository = await createTestRepository(await filesOfDeployService());
});
afterAll(() => repository?.remove());

async function call(inputs: Record<string, string>): Promise<RunResult> {
  await repository.commit(callerOf(inputs));
  return repository.run();
}

const refused: [Record<string, string>, string][] = parse(
  await readFile(new URL("deploy-service.refused.yaml", import.meta.url), "utf8"),
);

it.each(refused)("deploy-service.yml refuses %j before anything is built", async (inputs, message) => {
  const { conclusion, jobs } = await call(inputs);
  expect(conclusion).toBe("failure");
  const [job] = jobs;
  expect(job?.annotations.map(({ message }) => message)).toEqual([expect.stringContaining(message)]);
  expect(job?.annotations[0]?.message).toMatch(/Nothing was built\.$/);
  const ran = job?.steps.filter((step) => step.conclusion !== "skipped").map(({ name }) => name);
  expect(ran).toEqual(["Check the inputs"]);
  expect(jobs).toHaveLength(1);
});

it("deploy-service.yml builds nothing when the service's own test fails", async () => {
  await repository.commit(menuWith({ test: "echo /suppliers is 404; exit 1" }));
  const { jobs } = await call({});
  const failed = jobs[0]?.steps.find(({ conclusion }) => conclusion === "failure");
  expect(failed?.name).toBe("Test the service");
  expect(repository.lines()).toContain("/suppliers is 404");
  const after = jobs[0]?.steps.slice(jobs[0].steps.indexOf(failed as never) + 1) ?? [];
  expect(after.filter(({ conclusion, post }) => conclusion !== "skipped" && !post)).toEqual([]);
});

it("deploy-service.yml runs on the runner that the caller states", async () => {
  const { jobs } = await call({ "runs-on": "windows-latest" });
  expect(jobs[0]?.annotations[0]?.message).toMatch(/the runner 'windows-latest'; it knows 'ubuntu-latest'/);
});

it("deploy-service.yml builds a later commit of a service after the deployment of the earlier one", async () => {
  await repository.commit({
    ...callerOf({}),
    ...menuWith({ build: "mkdir dist; echo 1 > dist/server.mjs" }),
  });
  const before = repository.events.length;
  const started = [await repository.start(), await repository.start()];
  await Promise.all(started.map(({ result }) => result));
  const events = repository.events.slice(before).filter(({ type }) => type === "job-finished");
  expect(events.map(({ run }) => run)).toEqual(started.flatMap(({ id }) => [id, id]));
});

it("deploy.yml deploys a service whose last deployment failed, when a later push changes other files", async (context) => {
  const simulator = await startTestSimulator();
  context.onTestFinished(() => simulator.close());
  const serviceArn = await createService(simulator, "menu-microservice");
  const shop = await createTestRepository(await filesOfShop(), {
    workflow: ".github/workflows/deploy.yml",
    ...accessTo(simulator),
  });
  context.onTestFinished(() => shop.remove());
  const good = await shop.commit({ "services/menu/app.ts": "1" });
  const failed = await shop.commit({ "services/menu/app.ts": "2" });
  const docs = await shop.commit({ "README.md": "more" });
  const jobsOfPush = async (deployed: string) => {
    const tags = [{ key: commitTagKey, value: deployed }];
    await simulator.aws.ecs.tagResource({ resourceArn: serviceArn, tags });
    const result = await (await shop.push(failed, docs))?.result;
    expect(result?.conclusion).toBe("success");
    return result?.jobs.filter((job) => job.conclusion !== "skipped").map(({ name }) => name);
  };
  expect(await jobsOfPush(good)).toEqual(["Changed services", "menu / deploy"]);
  expect(await jobsOfPush(failed)).toEqual(["Changed services"]);
});

async function createService(simulator: TestSimulator, serviceName: string): Promise<string> {
  const { ecs } = simulator.aws;
  const cluster = "microservices-serverlesscluster";
  const { repositoryUri, networkConfiguration } = await createWebAccount(simulator, cluster);
  const definition = await ecs.registerTaskDefinition(webTaskDefinition(`${repositoryUri}:latest`));
  const taskDefinition = definition.taskDefinition?.taskDefinitionArn;
  const settings = { cluster, taskDefinition, desiredCount: 0, networkConfiguration };
  const { service } = await ecs.createService({ ...settings, serviceName, launchType: "FARGATE" });
  return service?.serviceArn ?? "";
}

/** deploy.yml as it is, with a deployment that only says its name. */
async function filesOfShop(): Promise<Record<string, string>> {
  const called = (await filesOfProject([".github/workflows/deploy-service.yml"]))[
    ".github/workflows/deploy-service.yml"
  ];
  const [head = ""] = (called ?? "").split(/^ {4}outputs:$/m);
  return {
    ...(await filesWithChangedServices(".github/workflows/deploy.yml")),
    ...(await actionsOfProject(["log-in-to-aws"])),
    ".github/workflows/deploy-service.yml": `${head}
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      - run: echo deploy
`,
    "services/menu/package.json": JSON.stringify({ name: "menu" }),
    "infra-templates/ecs/taskdef-menu.json": "{}",
  };
}
