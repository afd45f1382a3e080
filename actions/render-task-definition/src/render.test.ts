import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type RenderInputs, readRenderInputs } from "./inputs.ts";
import { render } from "./render.ts";
import { writeRendered } from "./write.ts";

const folder = mkdtempSync(join(tmpdir(), "render-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const template = {
  family: "customer-microservice",
  executionRoleArn: "<ExecutionRoleArn>",
  containerDefinitions: [
    { name: "customer", image: "<IMAGE1_NAME>", environment: [{ name: "MOTTO", value: "<Motto>" }] },
  ],
};

function inputs(taskDefinition: unknown, rest: Partial<RenderInputs> = {}): RenderInputs {
  return {
    taskDefinitionFile: file("taskdef.json", taskDefinition),
    images: new Map([["customer", "repo@sha256:abc"]]),
    appSpecFile: undefined,
    placeholders: new Map([
      ["ExecutionRoleArn", "arn:aws:iam::123456789012:role/x"],
      ["Motto", 'say "coffee"\\\n'],
      ["Unused", "x"],
    ]),
    ...rest,
  };
}

test("images and values go in, whatever characters they hold", () => {
  const { taskDefinition, diff } = render(inputs(template));
  expect(taskDefinition.containerDefinitions?.[0]).toMatchObject({
    image: "repo@sha256:abc",
    environment: [{ name: "MOTTO", value: 'say "coffee"\\\n' }],
  });
  expect(diff).toContain('~ containerDefinitions[customer].image: "<IMAGE1_NAME>" → "repo@sha256:abc"');
});

test("the AppSpec keeps <TASK_DEFINITION>, its comments and its numbers", () => {
  const appSpecFile = file(
    "appspec.yaml",
    "version: 0.0 # ours\nResources:\n  - TargetService:\n      Properties:\n        TaskDefinition: <TASK_DEFINITION>\n        LoadBalancerInfo:\n          ContainerPort: <Port>\n",
  );
  const placeholders = new Map([
    ...inputs(template).placeholders,
    ["Port", "8080"],
    ["TASK_DEFINITION", "x"],
  ]);
  const { appSpec } = render(inputs(template, { appSpecFile, placeholders }));
  expect(appSpec?.text).toContain("version: 0.0 # ours");
  expect(appSpec?.text).toContain("TaskDefinition: <TASK_DEFINITION>");
  expect(appSpec?.text).toContain("ContainerPort: 8080\n");
});

test("what only a description has is left out with a notice", () => {
  const { taskDefinition, notices } = render(
    inputs({ ...template, revision: 4, registeredAt: "2026-01-01" }),
  );
  expect(taskDefinition).not.toHaveProperty("revision");
  expect(notices.join()).toContain("left out revision, registeredAt");
});

test("files are written into a folder of their own", async () => {
  const paths = await writeRendered(render(inputs(template)), folder);
  expect(paths.taskDefinition).toMatch(/task-definition-.+\/taskdef\.json$/);
});

test.each<[string, unknown, Partial<RenderInputs>, RegExp]>([
  [
    "an image not given",
    template,
    { images: new Map() },
    /<IMAGE1_NAME> at containerDefinitions\[customer\]\.image of .*taskdef\.json/,
  ],
  [
    "a value not given",
    template,
    { placeholders: new Map() },
    /<ExecutionRoleArn> at executionRoleArn of .*; <Motto> at containerDefinitions\[customer\]\.environment\[MOTTO\]/,
  ],
  [
    "an image for no container",
    template,
    { images: new Map([["web", "x"]]) },
    /names "web", which .* has no container for/,
  ],
  ["a misspelt key", { ...template, memroy: "512" }, {}, /unknown key memroy/],
  ["broken JSON", '{\n  "family": "x",\n}', {}, /taskdef\.json:3:1 is not valid JSON/],
])("%s is refused with its place", (_, taskDefinition, rest, message) => {
  expect(() => render(inputs(taskDefinition, rest))).toThrow(message);
});

test("placeholders must be a JSON object of plain values", () => {
  const given: Record<string, string> = {
    "task-definition": file("taskdef.json", template),
    placeholders: "[1]",
  };
  expect(() => readRenderInputs((name) => given[name] ?? "")).toThrow(
    "Input placeholders is not a JSON object of texts or numbers by name",
  );
});
