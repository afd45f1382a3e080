import { expect, test } from "vitest";
import { createWorkbench } from "./workbench.support.ts";

const bench = createWorkbench();

const template = {
  family: "customer-microservice",
  executionRoleArn: "<ExecutionRoleArn>",
  containerDefinitions: [
    { name: "customer", image: "<IMAGE1_NAME>", environment: [{ name: "MOTTO", value: "<Motto>" }] },
  ],
};

const given = {
  images: "customer=repo@sha256:abc",
  placeholders: JSON.stringify({
    ExecutionRoleArn: "arn:aws:iam::123456789012:role/x",
    Motto: 'say "coffee"\\\n',
    Unused: "x",
    TASK_DEFINITION: "x",
    Port: 8080,
  }),
};

const render = (taskDefinition: unknown, inputs: Record<string, string> = {}, name = "taskdef.json") =>
  bench.render({ ...given, "task-definition": bench.file(name, taskDefinition), ...inputs });

test("inserts images and values with any characters", async () => {
  const { taskDefinition, diff } = await render(template);
  expect(taskDefinition.containerDefinitions?.[0]).toMatchObject({
    image: "repo@sha256:abc",
    environment: [{ name: "MOTTO", value: 'say "coffee"\\\n' }],
  });
  expect(diff).toContain('~ containerDefinitions[customer].image: "<IMAGE1_NAME>" → "repo@sha256:abc"');
});

test("keeps <TASK_DEFINITION>, comments and numbers of the AppSpec", async () => {
  const appspec = bench.file(
    "appspec.yaml",
    "version: 0.0 # ours\nResources:\n  - TargetService:\n      Properties:\n        TaskDefinition: <TASK_DEFINITION>\n        LoadBalancerInfo:\n          ContainerPort: <Port>\n",
  );
  const { appSpec } = await render(template, { appspec });
  expect(appSpec?.text).toContain("version: 0.0 # ours");
  expect(appSpec?.text).toContain("TaskDefinition: <TASK_DEFINITION>");
  expect(appSpec?.text).toContain("ContainerPort: 8080\n");
});

test("leaves out what only a description has, with a notice", async () => {
  const { taskDefinition, notices } = await render({
    ...template,
    revision: 4,
    registeredAt: "2026-01-01",
  });
  expect(taskDefinition).not.toHaveProperty("revision");
  expect(notices.join()).toContain("removed revision, registeredAt");
});

test("sets the task's roles, and keeps its other settings", async () => {
  const kept = { cpu: "256", networkMode: "awsvpc", tags: [{ key: "team", value: "tea" }] };
  const { taskDefinition } = await render(
    { ...template, ...kept },
    {
      "execution-role-arn": "arn:aws:iam::123456789012:role/execution",
      "task-role-arn": "app",
    },
  );
  expect(taskDefinition).toMatchObject({
    ...kept,
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
    taskRoleArn: "app",
  });
});

const open = (text: string) => `{\n  "family": "x",\n${text}\n}`;

test.each<[string, unknown, Record<string, string>, RegExp]>([
  [
    "an image not given",
    template,
    { images: "" },
    /taskdef\.json:7: placeholder <IMAGE1_NAME> at containerDefinitions\[customer\]\.image has no value: set the image with a line "customer=<image>"/,
  ],
  [
    "a value not given",
    template,
    { placeholders: "{}" },
    /2 things .*:3: placeholder <ExecutionRoleArn> at executionRoleArn .*:11: placeholder <Motto> at containerDefinitions\[customer\]\.environment\[MOTTO\]/,
  ],
  [
    "an unknown container",
    template,
    { images: "web=x" },
    /images, line 1: .* not have the container "web" \(it/,
  ],
  [
    "a wrong type in a saved description",
    { taskDefinition: { ...template, memory: 512 }, tags: [{ key: "a", value: 1 }] },
    {},
    /2 things .*:17: memory is a number.*:22: tags\[0\]\.value is a number/,
  ],
  ["broken JSON", open('"cpu": ]'), {}, /taskdef\.json:3:8 is not valid JSON: "\]" is not allowed here/],
  [
    "a role's ARN without an account",
    { ...template, taskRoleArn: "arn:aws:iam::123:role/app" },
    {},
    /taskdef\.json:16: taskRoleArn is not a valid role ARN: arn:aws:iam::123:role\/app \(write arn:aws:iam::/,
  ],
  [
    "another resource's ARN as a role",
    template,
    { "execution-role-arn": "arn:aws:iam::123456789012:user/me" },
    /executionRoleArn is not a valid role ARN/,
  ],
  [
    "a role's name",
    template,
    { "task-role-arn": "my role" },
    /taskRoleArn is not a valid role name: my role/,
  ],
  [
    "an AppSpec with a placeholder and other faults",
    { ...template, cpu: 512 },
    { appspec: "appspec-open.yaml", placeholders: given.placeholders },
    /2 things .*cpu is a number, not a string \(put it in quotes\); .*appspec-open\.yaml: placeholder <Nobody>/,
  ],
  [
    "two containers of one name",
    {
      ...template,
      containerDefinitions: [...template.containerDefinitions, { name: "customer", image: "x" }],
    },
    {},
    /more than one container "customer"/,
  ],
  ["no file", template, { "task-definition": "./nothing.json" }, /file \.\/nothing\.json does not exist/],
])("refuses %s with its place", async (_, taskDefinition, inputs, message) => {
  const { appspec } = inputs;
  const paths: Record<string, string> = appspec
    ? { appspec: bench.file(appspec, "version: 0.0\nResources: [<Nobody>]\n") }
    : {};
  await expect(render(taskDefinition, { ...inputs, ...paths })).rejects.toThrow(message);
});

test("accepts unknown and duplicate keys with a warning", async () => {
  const text = `{ // ours
    "$schema": "./ecs.json",
    "family": "y", "family": "x",
    "containerDefinitions": [{ "name": "customer", "image": "<IMAGE1_NAME>", "moods": 3, "portMapping": [80], }],
  }`;
  const { taskDefinition, diff } = await render(text);
  expect(taskDefinition).toEqual({
    $schema: "./ecs.json",
    family: "x",
    containerDefinitions: [{ name: "customer", image: "repo@sha256:abc", moods: 3, portMapping: [80] }],
  });
  expect(diff).toHaveLength(1);
  expect(bench.warnings.slice(-4).map((line) => line.replace(bench.folder, ""))).toEqual([
    "/taskdef.json:3: duplicate key family, first on line 3; the second value is used",
    "/taskdef.json:2: unknown key $schema; it is sent to AWS unchanged",
    "/taskdef.json:4: unknown key containerDefinitions[customer].moods; it is sent to AWS unchanged",
    "/taskdef.json:4: unknown key containerDefinitions[customer].portMapping (did you mean portMappings?); it is sent to AWS unchanged",
  ]);
});

test("accepts YAML with comments as a task definition, and reports its faults with their lines", async () => {
  const yaml = (image: string) => `# ours
family: f
cpu: '256'
containerDefinitions:
  - name: customer # the only one
    image: ${image}
`;
  expect((await render(yaml("<IMAGE>"), {}, "taskdef.yaml")).taskDefinition).toEqual({
    family: "f",
    cpu: "256",
    containerDefinitions: [{ name: "customer", image: "repo@sha256:abc" }],
  });
  await expect(render(yaml("1"), {}, "taskdef.yml")).rejects.toThrow(
    /taskdef\.yml:6: containerDefinitions\[customer\]\.image is a number/,
  );
});

test("reports all faults of all inputs and files together", async () => {
  const broken = {
    family: "x",
    containerDefinitions: [
      {
        name: "web",
        portMapping: [],
        environment: [
          { name: "A", value: "1" },
          { name: "A", value: 2 },
        ],
        secrets: [{ name: "A", valueFrom: "arn" }],
      },
    ],
  };
  const inputs = {
    images: "wbe=x",
    "log-configuration-options": "a=b",
    placeholders: "",
  };
  const { message } = await render(broken, inputs).catch((error) => error);
  expect(message.replaceAll(bench.folder, "").split("; ")).toEqual([
    "5 things to correct: /taskdef.json:14: containerDefinitions[web].environment[A].value is a number, not a string (put it in quotes)",
    'Input images, line 1: /taskdef.json does not have the container "wbe" (it has "web")',
    '/taskdef.json: the container "web" has A twice in environment',
    '/taskdef.json: the container "web" has A in environment and in secrets: remove one with a line -A',
    '/taskdef.json: the container "web" has log options but no log driver: set the input log-configuration-log-driver',
  ]);
});

test("requires a JSON object of plain values for placeholders", async () => {
  await expect(render(template, { placeholders: "[1]" })).rejects.toThrow(
    "Input placeholders is not a JSON object of strings or numbers by name",
  );
});
