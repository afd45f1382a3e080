import { expect, test } from "vitest";
import { createWorkbench } from "./workbench.support.ts";

// The test cases of amazon-ecs-render-task-definition v1.9.0, with its own names of inputs.
const bench = createWorkbench();

const arns = {
  file: "arn:aws:s3:::bucket/web.env",
  old: "arn:aws:ssm:us-east-1:123456789012:parameter/old",
  parameter: "arn:aws:ssm:us-east-1:123456789012:parameter/secret",
  secret: "arn:aws:secretsmanager:us-east-1:123456789012:secret:name",
};
const web = {
  name: "web",
  image: "other",
  environment: [
    { name: "FOO", value: "not bar" },
    { name: "KEPT", value: "me" },
  ],
  secrets: [
    { name: "KEPT_SECRET", valueFrom: arns.old },
    { name: "CHANGED_SECRET", valueFrom: arns.old },
  ],
  dockerLabels: { key1: "value1" },
};
const bare = { name: "web", image: "other" };
const sidecar = { name: "sidecar", image: "hello" };
const definition = { family: "web", containerDefinitions: [web, sidecar] };
const given = { "container-name": "web", image: "nginx:latest" };

async function rendered(content: unknown, inputs: Readonly<Record<string, string>>) {
  const file = bench.file("task-definition.json", content);
  return (await bench.render({ "task-definition": file, ...given, ...inputs })).taskDefinition;
}

test.each<[string, object, Readonly<Record<string, string>>, object]>([
  [
    "merges image, variables, files, secrets, labels, log configuration and command into the container",
    web,
    {
      "environment-variables": "FOO=bar\nHELLO=world",
      "env-files": arns.file,
      secrets: `CHANGED_SECRET=${arns.parameter}\nNEW_SECRET=${arns.secret}`,
      "docker-labels": "key1=update\nkey2=value2",
      "log-configuration-log-driver": "awslogs",
      "log-configuration-options": "awslogs-create-group=true\nawslogs-group=/ecs/web",
      command: "npm start --nice --please",
    },
    {
      image: "nginx:latest",
      environment: [
        { name: "FOO", value: "bar" },
        { name: "KEPT", value: "me" },
        { name: "HELLO", value: "world" },
      ],
      environmentFiles: [{ value: arns.file, type: "s3" }],
      secrets: [
        { name: "KEPT_SECRET", valueFrom: arns.old },
        { name: "CHANGED_SECRET", valueFrom: arns.parameter },
        { name: "NEW_SECRET", valueFrom: arns.secret },
      ],
      dockerLabels: { key1: "update", key2: "value2" },
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-create-group": "true", "awslogs-group": "/ecs/web" },
      },
      command: ["npm", "start", "--nice", "--please"],
    },
  ],
  [
    "gives variables and secrets to a container without any",
    bare,
    { "environment-variables": "EXAMPLE=here", secrets: `A=${arns.secret}` },
    { environment: [{ name: "EXAMPLE", value: "here" }], secrets: [{ name: "A", valueFrom: arns.secret }] },
  ],
])("%s", async (_, container, inputs, expected) => {
  const { containerDefinitions } = await rendered(
    { ...definition, containerDefinitions: [container, sidecar] },
    inputs,
  );
  expect(containerDefinitions).toMatchObject([{ name: "web", ...expected }, sidecar]);
  expect(containerDefinitions?.[1]).toEqual(sidecar);
});

test.each([
  ["task-role-arn", "taskRoleArn", "arn:aws:iam::123456789012:role/task"],
  ["execution-role-arn", "executionRoleArn", "arn:aws:iam::123456789012:role/execution"],
  ["task-role-arn", "taskRoleArn", "arn:aws:iam::123456789012:role/a/path/task"],
  ["task-role-arn", "taskRoleArn", "arn:aws-cn:iam::123456789012:role/task"],
])("sets %s as %s: %s", async (input, member, arn) => {
  expect(await rendered(definition, { [input]: arn })).toMatchObject({ [member]: arn });
});

test("accepts several containers, separated by commas, the last one too", async () => {
  const { containerDefinitions } = await rendered(definition, { "container-name": "web, sidecar," });
  expect(containerDefinitions?.map(({ image }) => image)).toEqual(["nginx:latest", "nginx:latest"]);
});

test.each<[string, unknown, Readonly<Record<string, string>>, RegExp]>([
  ["a secret without a value", definition, { secrets: "SECRET" }, /secrets.*line 1|SECRET/],
  ["a label without a value", definition, { "docker-labels": "key1=a\nkey2" }, /docker-labels/],
  ["a text instead of an object", '"hello"', {}, /not contain a JSON object|not an object/],
  ["containers that are not a list", { family: "web", containerDefinitions: {} }, {}, /containerDefinitions/],
  ["a role with a short account", definition, { "execution-role-arn": "arn:aws:iam::12345:role/x" }, /role/],
  ["a role of another service", definition, { "task-role-arn": "arn:aws:s3::123456789012:role/x" }, /role/],
  [
    "a revision alone",
    definition,
    { "task-definition": "", "task-definition-revision": "10" },
    /task-definition-revision needs task-definition-family/,
  ],
  ["a file and an ARN", definition, { "task-definition-arn": "arn:x" }, /use only task-definition/],
  ["a file and a family", definition, { "task-definition-family": "web" }, /use only task-definition/],
])("refuses %s", async (_, content, inputs, message) => {
  await expect(rendered(content, inputs)).rejects.toThrow(message);
});
