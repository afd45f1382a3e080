import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, test } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import { pushImage } from "../../core/push-image.support.ts";
import { readRenderInputs } from "./inputs.ts";
import { renderFiles } from "./render-files.ts";
import { createTestFixture, createWorkbench } from "./workbench.support.ts";

const bench = createWorkbench();

const base = {
  family: "shop",
  requiresCompatibilities: ["FARGATE" as const],
  networkMode: "awsvpc" as const,
  cpu: "256",
  memory: "512",
  executionRoleArn: "arn:aws:iam::123456789012:role/execution",
};

const simulator = await startTestSimulator();
await simulator.aws.ecr.createRepository({ repositoryName: "web" });
const image = await pushImage(simulator, bench.folder, () => {});
const repository = image.slice(0, image.indexOf("@"));
const register = (motto: string, tags: { key: string; value: string }[]) =>
  simulator.aws.ecs.registerTaskDefinition({
    ...base,
    containerDefinitions: [{ name: "web", image, environment: [{ name: "MOTTO", value: motto }] }],
    tags,
  });
await register("tea", [{ key: "team", value: "coffee" }]);
await register("coffee", []);
afterAll(() => simulator.close());

const render = (inputs: Record<string, string>) => bench.render(inputs, simulator.clientConfig);

test.each([
  ["a family's latest revision", "shop", "coffee", undefined],
  ["a revision", "shop:1", "tea", [{ key: "team", value: "coffee" }]],
  [
    "an ARN",
    "arn:aws:ecs:us-east-1:123456789012:task-definition/shop:1",
    "tea",
    [{ key: "team", value: "coffee" }],
  ],
])("accepts %s as a source, with its tags", async (_, reference, motto, tags) => {
  const rendered = await render({ "task-definition": reference, "environment-variables": "SIZE=1" });
  const { taskDefinition, diff, notices } = rendered;
  expect(taskDefinition.containerDefinitions?.[0]?.environment).toEqual([
    { name: "MOTTO", value: motto },
    { name: "SIZE", value: "1" },
  ]);
  expect(taskDefinition.tags).toEqual(tags);
  expect(diff).toEqual(['+ containerDefinitions[web].environment[SIZE].value: "1"']);
  expect(notices.join()).toMatch(/shop:\d: removed .*revision.*registeredBy/);
  await expect(
    simulator.aws.ecs.registerTaskDefinition({ ...taskDefinition, family: "copy" }),
  ).resolves.toBeDefined();
});

test("refuses a task definition that ECS does not have, with where it was searched for", async () => {
  await expect(render({ "task-definition": "shop:9" })).rejects.toThrow(
    "ECS does not have the task definition shop:9, and no file has that name",
  );
});

const template = (containerDefinitions: { name: string; image: string }[]) =>
  bench.file("taskdef.json", { ...base, containerDefinitions });

test("pins the tag's digest in every chosen container", async () => {
  const containers = [
    { name: "web", image: `${repository}:latest` },
    { name: "side", image: repository },
    { name: "done", image },
  ];
  const imagesWith = async (pinned: string) => {
    const { taskDefinition } = await render({
      "task-definition": template(containers),
      "pin-images": pinned,
    });
    return taskDefinition.containerDefinitions?.map((container) => container.image);
  };
  expect(await imagesWith("true")).toEqual([image, image, image]);
  expect(await imagesWith("side")).toEqual([`${repository}:latest`, image, image]);
  expect(await imagesWith("false")).toEqual([`${repository}:latest`, repository, image]);
});

test("compares a definition with the family's latest revision", async () => {
  const context = createTestFixture(bench.folder, simulator.clientConfig);
  const compare = async (given: Record<string, string>) => {
    const inputs = readRenderInputs((name) => given[name] ?? "");
    const { latest } = await renderFiles(inputs, { ...context, variables: { RUNNER_TEMP: bench.folder } });
    return latest;
  };
  const file = template([{ name: "web", image }]);
  expect(await compare({ "task-definition": file })).toEqual({
    revision: "shop:2",
    diff: ['- containerDefinitions[web].environment[MOTTO].value: "coffee"'],
  });
  expect(await compare({ "task-definition": file, "environment-variables": "MOTTO=coffee" })).toEqual({
    revision: "shop:2",
    diff: [],
  });
  const unregistered = bench.file("new.json", {
    family: "new",
    containerDefinitions: [{ name: "web", image }],
  });
  expect(await compare({ "task-definition": unregistered })).toEqual({ first: true });
  expect(await compare({ "task-definition": "shop" })).toBeUndefined();
});

const runAction = (inputs: Record<string, string>, environment: Record<string, string> = {}) =>
  runEntry("render-task-definition", {
    simulator,
    inputs,
    environment: { RUNNER_TEMP: bench.folder, ...environment },
  });

test("sets every output and shows both differences", async () => {
  const { exitCode, errors, outputs, summary } = await runAction({
    "task-definition": template([{ name: "web", image: "<IMAGE>" }]),
    images: `${repository}:latest`,
    "pin-images": "true",
    "environment-variables": "DB_PASSWORD=geheim",
  });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  expect(outputs).toEqual({
    "task-definition": expect.stringContaining(join(bench.folder, "task-definition-")),
    appspec: "",
    diff: expect.stringContaining("containerDefinitions[web].environment[DB_PASSWORD].value: ***"),
    family: "shop",
    containers: JSON.stringify({ web: image }),
  });
  expect(JSON.parse(await readFile(outputs["task-definition"] ?? "", "utf8"))).toMatchObject({
    family: "shop",
    containerDefinitions: [{ image, environment: [{ name: "DB_PASSWORD", value: "geheim" }] }],
  });
  expect(summary).toContain(`! containerDefinitions[web].image: "<IMAGE>" → "${image}"`);
  expect(summary).toContain("<summary>Changes to shop:2, the latest registered revision</summary>");
  expect(summary).not.toContain("geheim");
});

test("renders a file without AWS, and says in the summary what could not be compared", async () => {
  const { exitCode, summary } = await runAction(
    { "task-definition": template([{ name: "web", image }]) },
    { AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
  );
  expect(exitCode).toBe(0);
  expect(summary).toContain("Not compared with the registered revision: The AWS endpoint cannot be reached");
});

test("reports a red run in one annotation with the next step", async () => {
  const { exitCode, errors, outputs } = await runAction({ "task-definition": "shop:9" });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([expect.stringMatching(/shop:9.* Next step: correct the input task-definition/)]);
  expect(outputs).toEqual({});
});
