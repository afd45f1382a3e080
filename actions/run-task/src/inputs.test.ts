import { expect, test } from "vitest";
import { readRunInputs } from "./inputs.ts";

const given = (inputs: Record<string, string>) => (name: string) =>
  ({ cluster: "c", "task-definition": "web", service: "s", ...inputs })[name] ?? "";

test("defaults are the careful choices", () => {
  expect(readRunInputs(given({}))).toEqual({
    cluster: "c",
    taskDefinition: { reference: "web" },
    rules: { unknownKeys: "pass", keptEmpty: [] },
    container: undefined,
    command: [],
    environment: new Map(),
    placement: { service: "s" },
    waitUntil: "stopped",
    deadlineMs: 30 * 60_000,
    onCancel: "stop",
  });
});

test("everything can be given", () => {
  const inputs = given({
    "task-definition": "package.json",
    command: '["node","migrate.js"]',
    environment: "A=1\nB=x=y",
    service: "",
    subnets: "subnet-1, subnet-2\nsubnet-3",
    "security-groups": "sg-1",
    "assign-public-ip": "ENABLED",
  });
  expect(readRunInputs(inputs)).toMatchObject({
    taskDefinition: { file: "package.json" },
    command: ["node", "migrate.js"],
    environment: new Map([
      ["A", "1"],
      ["B", "x=y"],
    ]),
    placement: {
      subnets: ["subnet-1", "subnet-2", "subnet-3"],
      securityGroups: ["sg-1"],
      assignPublicIp: "ENABLED",
    },
  });
});

test.each(["web", "web:7", "arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/web:7"])(
  "%s names a task definition",
  (reference) => {
    expect(readRunInputs(given({ "task-definition": reference })).taskDefinition).toEqual({ reference });
  },
);

test.each<[Record<string, string>, string]>([
  [{ "task-definition": "none.json" }, "there is no file none.json"],
  [{ "task-definition": "web:latest" }, "it is no family, family:revision or ARN"],
  [{ command: "node migrate.js" }, "Input command is not a JSON list of texts"],
  [{ command: "[]" }, "Input command is not a JSON list of texts"],
  [{ command: '["sleep",3]' }, "Input command is not a JSON list of texts"],
  [{ environment: "DATABASE" }, "lines of the form name=value are expected"],
  [{ service: "" }, "Input service or subnets is required"],
  [{ subnets: "subnet-1" }, "Inputs service and subnets exclude each other"],
  [{ "security-groups": "sg-1" }, "Input security-groups goes with subnets only"],
  [{ "assign-public-ip": "ENABLED" }, "Input assign-public-ip goes with subnets only"],
  [{ service: "", subnets: "s", "assign-public-ip": "true" }, "allowed: ENABLED, DISABLED"],
  [{ "wait-until": "done" }, "allowed: started, stopped"],
  [{ "on-cancel": "rollback" }, "allowed: stop, leave"],
  [{ deadline: "30" }, "a duration such as 90s, 45m or 1h30m"],
  [{ cluster: "", deadline: "soon" }, "2 inputs are wrong"],
])("inputs %j are refused", (inputs, message) => {
  expect(() => readRunInputs(given(inputs))).toThrow(message);
});
