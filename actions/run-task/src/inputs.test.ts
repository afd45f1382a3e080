import { expect, test } from "vitest";
import { readRunInputs } from "./inputs.ts";

const given = (inputs: Record<string, string>) => (name: string) =>
  ({ cluster: "c", "task-definition": "web", service: "s", ...inputs })[name] ?? "";

test("defaults to the careful choices", () => {
  expect(readRunInputs(given({}))).toEqual({
    cluster: "c",
    taskDefinition: { reference: "web" },
    rules: { keptEmpty: [] },
    container: undefined,
    command: [],
    environment: new Map(),
    containerOverrides: [],
    placement: { service: "s" },
    tags: [],
    volumes: [],
    waitUntil: "stopped",
    deadlineMs: 30 * 60_000,
  });
});

const strategy = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];
const overrides = [
  { name: "web", command: ["node", "migrate.js"] },
  { name: "side", cpu: 64 },
];
const managedEBSVolume = { sizeInGiB: 20, roleArn: "arn:aws:iam::123456789012:role/ebs" };
const nowhere = { assignPublicIp: "DISABLED" };

test.each<[string, Record<string, string>, object]>([
  ["cluster", { cluster: "" }, { cluster: "default" }],
  ["file", { "task-definition": "package.json" }, { taskDefinition: { file: "package.json" } }],
  ["command", { command: '["node","migrate.js"]' }, { command: ["node", "migrate.js"] }],
  [
    "variables",
    { "environment-variables": "A=1\nB=x=y" },
    { environment: new Map(Object.entries({ A: "1", B: "x=y" })) },
  ],
  ["EC2", { service: "", "run-task-launch-type": "EC2" }, { placement: { launchType: "EC2", ...nowhere } }],
  [
    "capacity providers",
    { service: "", "run-task-capacity-provider-strategy": JSON.stringify(strategy) },
    { placement: { capacityProviderStrategy: strategy, ...nowhere } },
  ],
  [
    "network",
    {
      service: "",
      "run-task-subnets": "a,b",
      "run-task-security-groups": "c, d",
      "run-task-assign-public-IP": "ENABLED",
    },
    {
      placement: {
        launchType: "FARGATE",
        subnets: ["a", "b"],
        securityGroups: ["c", "d"],
        assignPublicIp: "ENABLED",
      },
    },
  ],
  [
    "a launch type and network of its own, next to the official action's service",
    { "run-task-launch-type": "EC2", "run-task-subnets": "a,b" },
    { placement: { service: "s", launchType: "EC2", subnets: ["a", "b"] } },
  ],
  [
    "overrides",
    { "run-task-container-overrides": JSON.stringify(overrides) },
    { containerOverrides: overrides },
  ],
  ["tags as JSON", { "run-task-tags": '[{"key":"a","value":"b"}]' }, { tags: [{ key: "a", value: "b" }] }],
  [
    "tags as lines",
    { "run-task-tags": "a=b\nc=d=e" },
    {
      tags: [
        { key: "a", value: "b" },
        { key: "c", value: "d=e" },
      ],
    },
  ],
  ["starter", { "run-task-started-by": "GitHub-Actions" }, { startedBy: "GitHub-Actions" }],
  ["managed tags", { "enable-ecs-managed-tags": "TRUE" }, { enableEcsManagedTags: true }],
  [
    "volume",
    {
      "run-task-managed-ebs-volume-name": "data",
      "run-task-managed-ebs-volume": JSON.stringify(managedEBSVolume),
    },
    { volumes: [{ name: "data", managedEBSVolume }] },
  ],
  [
    "stop",
    { "wait-for-task-stopped": "TRUE", "wait-for-minutes": "60" },
    { waitUntil: "stopped", deadlineMs: 3_600_000 },
  ],
  ["start", { "wait-for-task-stopped": "false" }, { waitUntil: "started" }],
])("reads the inputs of the official action and others: %s", (_, inputs, expected) => {
  expect(readRunInputs(given(inputs))).toMatchObject(expected);
});

test.each(["web", "web:7", "arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/web:7"])(
  "accepts %s as a task definition",
  (reference) => {
    expect(readRunInputs(given({ "task-definition": reference })).taskDefinition).toEqual({ reference });
  },
);

const providers = "run-task-capacity-provider-strategy";

test.each<[Record<string, string>, string]>([
  [{ "task-definition": "none.json" }, "file none.json does not exist"],
  [{ "task-definition": "web:latest" }, "it is not a family, family:revision or ARN"],
  [{ command: "node migrate.js" }, "Input command is not a JSON list of strings"],
  [{ command: "[]" }, "Input command is not a JSON list of strings"],
  [{ command: '["sleep",3]' }, "Input command is not a JSON list of strings"],
  [{ "environment-variables": "DATABASE" }, "expected lines of the form name=value"],
  [{ "run-task-container-overrides": '{"name":"web"}' }, "is not a JSON list of overrides"],
  [{ "run-task-tags": '["team"]' }, "is not a JSON list of tags"],
  [{ "run-task-started-by": "GitHub Actions" }, "at most 128 letters, digits, -, _ and /"],
  [{ "run-task-managed-ebs-volume-name": "data" }, "needs run-task-managed-ebs-volume"],
  [{ "wait-until": "stopped", "wait-for-task-stopped": "true" }, "use only wait-until"],
  [{ deadline: "1h", "wait-for-minutes": "30" }, "use only deadline"],
  [{ "wait-until": "done" }, "allowed: started, stopped"],
  [{ deadline: "30" }, "a duration such as 90s, 45m or 1h30m"],
  [{ "wait-until": "go", deadline: "soon" }, "2 inputs are wrong"],
])("refuses the inputs %j", (inputs, message) => {
  expect(() => readRunInputs(given(inputs))).toThrow(message);
});

test.each<[Record<string, string>, string]>([
  [{}, "Input service or run-task-subnets is required"],
  [{ "run-task-launch-type": "EC2", "run-task-security-groups": "sg-1" }, "works with run-task-subnets only"],
  [{ "run-task-launch-type": "LAMBDA", "run-task-subnets": "s" }, "allowed: FARGATE, EC2, EXTERNAL"],
  [
    { "run-task-launch-type": "EC2", [providers]: '[{"capacityProvider":"a"}]' },
    `Inputs run-task-launch-type and ${providers} exclude each other`,
  ],
  [{ [providers]: '[{"provider":"a"}]' }, "is not a JSON list such as"],
  [{ "run-task-subnets": "s", "run-task-assign-public-IP": "true" }, "allowed: ENABLED, DISABLED"],
])("refuses, without a service, the inputs %j", (inputs, message) => {
  expect(() => readRunInputs(given({ service: "", ...inputs }))).toThrow(message);
});
