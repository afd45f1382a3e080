import { expect, test } from "vitest";
import { findPlaceholders } from "./placeholders.ts";
import { checkTaskDefinition, inspectTaskDefinition } from "./task-definition.ts";
import { diffTaskDefinitions } from "./task-definition-diff.ts";

const web = { name: "web", image: "web:1" };
const pairs = (...texts: string[]) =>
  texts.map((text) => ({ name: text.split("=")[0], value: text.split("=")[1] }));
const withWeb = (members: object) => ({ family: "web", containerDefinitions: [{ ...web, ...members }] });
const minimal = withWeb({});
const proxy = { type: "APPMESH", containerName: "e" };

test.each<[string, unknown, string, string | undefined]>([
  ["an unknown key", { ...minimal, replicas: 2 }, "replicas", undefined],
  ["a truncated name", { ...minimal, taskRole: "x" }, "taskRole", "taskRoleArn"],
  [
    "a typing error deep inside",
    withWeb({ healthCheck: { command: ["x"], retires: 3 } }),
    "containerDefinitions[web].healthCheck.retires",
    "retries",
  ],
  ["another spelling", { ...minimal, Cpu: "256" }, "Cpu", "cpu"],
  [
    "an unknown key inside",
    withWeb({ portMapping: [80] }),
    "containerDefinitions[web].portMapping",
    "portMappings",
  ],
  ["a comment", { ...minimal, _cpu: "our own" }, "_cpu", undefined],
])("passes %s on, and shows its path and the nearest key", (_, value, path, meant) => {
  const { taskDefinition, unknown, faults } = inspectTaskDefinition(value);
  expect(taskDefinition).toEqual(value);
  expect(unknown).toMatchObject([{ path, meant }]);
  expect(faults).toEqual([]);
});

test.each<[string, unknown, string]>([
  ["a number for a text", { ...minimal, cpu: 256 }, "cpu is a number, not a string (put it in quotes)"],
  [
    "a text for a number",
    withWeb({ portMappings: [{ containerPort: "80" }] }),
    "containerDefinitions[web].portMappings[0].containerPort is a string, not a number",
  ],
  ["no family", { containerDefinitions: [] }, "family is missing"],
  ["null for the family", { family: null, containerDefinitions: [] }, "family is missing"],
  ["a list", [], "the file does not contain a JSON object"],
  ["nothing", null, "the file does not contain a JSON object"],
])("refuses %s by its path", (_, value, message) => {
  expect(() => checkTaskDefinition(value, "td.json")).toThrow(message);
});

test.each<[string, object, object]>([
  ["roles", { ...minimal, taskRoleArn: null, executionRoleArn: "" }, minimal],
  [
    "lists and options of a container",
    withWeb({
      secrets: null,
      portMappings: [null, { containerPort: 80, name: null }],
      logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "g", mode: null } },
      dockerLabels: { empty: "", none: null, team: "tea" },
      command: ["sh", "-c", ""],
      repositoryCredentials: { credentialsParameter: "" },
    }),
    withWeb({
      portMappings: [{ containerPort: 80 }],
      logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "g" } },
      dockerLabels: { team: "tea" },
      command: ["sh", "-c"],
    }),
  ],
  [
    "values of names",
    withWeb({
      environment: [
        { name: "A", value: "" },
        { name: "B", value: null },
        { name: "C" },
        { name: "", value: "" },
      ],
    }),
    withWeb({ environment: pairs("A=", "B=", "C=") }),
  ],
  [
    "values of a proxy's properties",
    {
      ...minimal,
      proxyConfiguration: { ...proxy, properties: [{ name: "P", value: null }, { value: "1" }] },
    },
    {
      ...minimal,
      proxyConfiguration: {
        ...proxy,
        properties: [
          { name: "P", value: "" },
          { name: "", value: "1" },
        ],
      },
    },
  ],
  [
    "lists and objects of nothing",
    { ...minimal, containerDefinitions: [null, web], tags: [], volumes: [{ name: "", host: {} }] },
    minimal,
  ],
  [
    "members of unknown keys",
    { ...minimal, pets: { cat: null, dog: "", cow: 0 } },
    { ...minimal, pets: { cow: 0 } },
  ],
])("treats empty values as absent, as the official action does: %s", (_, value, taskDefinition) => {
  expect(inspectTaskDefinition(value)).toMatchObject({ taskDefinition, faults: [] });
  expect(inspectTaskDefinition(value).taskDefinition).toEqual(taskDefinition);
});

test.each([{ taskRoleArn: "" }, { volumes: [] }, { runtimePlatform: {} }])(
  "keeps %j where the user wants it",
  (kept) => {
    const value = { ...minimal, ...kept };
    expect(inspectTaskDefinition(value, {}, { keptEmpty: Object.keys(kept) }).taskDefinition).toEqual(value);
  },
);

test("drops and lists keys that only a description has", () => {
  const described = {
    taskDefinition: { ...minimal, revision: 7, status: "ACTIVE", compatibilities: ["EC2"] },
    ResponseMetadata: {},
  };
  expect(checkTaskDefinition(described, "td.json")).toMatchObject({
    taskDefinition: minimal,
    dropped: ["ResponseMetadata", "revision", "status", "compatibilities"],
  });
});

test("accepts tags next to a description", () => {
  const tags = [{ key: "team", value: "coffee" }];
  expect(checkTaskDefinition({ taskDefinition: minimal, tags }, "td.json").taskDefinition).toEqual({
    ...minimal,
    tags,
  });
});

test.each<[string, object, object, string[]]>([
  ["nothing", minimal, minimal, []],
  [
    "ECS's defaults",
    { ...withWeb({ portMappings: [{ containerPort: 80 }] }), cpu: "1 vCPU" },
    {
      ...withWeb({
        ...{ cpu: 0, essential: true, environment: [] },
        portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }],
      }),
      ...{ cpu: "1024", volumes: [] },
    },
    [],
  ],
  [
    "the order of the environment",
    withWeb({ environment: pairs("A=1", "B=2") }),
    withWeb({ environment: pairs("B=2", "A=1") }),
    [],
  ],
  [
    "an image and a variable",
    withWeb({ environment: pairs("A=1") }),
    withWeb({ image: "web:2", environment: pairs("B=1") }),
    [
      '- containerDefinitions[web].environment[A].value: "1"',
      '+ containerDefinitions[web].environment[B].value: "1"',
      '~ containerDefinitions[web].image: "web:1" → "web:2"',
    ],
  ],
  [
    "an essential container",
    minimal,
    withWeb({ essential: false }),
    ["+ containerDefinitions[web].essential: false"],
  ],
  [
    "values with secret names or passwords",
    withWeb({ environment: pairs("DB_PASSWORD=old") }),
    withWeb({
      environment: pairs("DB_PASSWORD=new", "DB=mysql://app:pw@host/x"),
      secrets: [{ name: "API_TOKEN", valueFrom: "arn:x" }],
      logConfiguration: { logDriver: "splunk", options: { "splunk-token": "t" } },
    }),
    [
      "+ containerDefinitions[web].environment[DB].value: ***",
      "~ containerDefinitions[web].environment[DB_PASSWORD].value: changed",
      '+ containerDefinitions[web].logConfiguration.logDriver: "splunk"',
      "+ containerDefinitions[web].logConfiguration.options.splunk-token: ***",
      '+ containerDefinitions[web].secrets[API_TOKEN].valueFrom: "arn:x"',
    ],
  ],
])("shows the difference of %s", (_, before, after, lines) => {
  expect(diffTaskDefinitions(before, after)).toEqual(lines);
});

const variable = (value: string) => ({ environment: pairs(`A=${value}`) });

test.each<[unknown, string[]]>([
  ["<IMAGE1_NAME>", ["IMAGE1_NAME"]],
  ["arn:aws:iam::<account-id>:role/<Role>", ["account-id", "Role"]],
  ["arn:aws:iam::<your account id>:role/web", ["your account id"]],
  ["echo '<html><h1>hello</h1></html>' && a < b > c", []],
  ["<p>hello<br>world", []],
  ["mysql://<endpoint>:3306", ["endpoint"]],
  [{ list: [{ name: "web", image: "<X>" }] }, ["X"]],
  [{ image: "<account>.dkr.ecr.eu-west-1.amazonaws.com/web:<tag>" }, ["account", "tag"]],
  [{ taskRoleArn: "<role>" }, ["role"]],
  [variable("List<String>"), []],
  [variable("std::map<key, value>"), []],
  [variable("<none>"), []],
  [variable("<DB_PASSWORD>"), ["DB_PASSWORD"]],
  [variable("<DatabasePort>"), ["DatabasePort"]],
  [variable("<ES-URL>"), ["ES-URL"]],
  [variable("<B>bold</B> in <COLOUR>"), ["COLOUR"]],
  [variable("<endpoint>.rds.amazonaws.com"), ["endpoint"]],
  [variable("https://<host>/menu"), ["host"]],
  [variable("jdbc:mysql://<endpoint>:3306/shop"), ["endpoint"]],
  [variable("arn:aws:sns:eu-west-1:<account-id>:orders"), ["account-id"]],
  [{ command: ["sh", "-c", "Usage: app <file>"] }, []],
  [{ command: ["serve", "<file>", "<PORT>"] }, ["PORT"]],
  [{ entryPoint: ["cast<int>"], healthCheck: { command: ["CMD-SHELL", "test a <b> c"] } }, []],
  [{ options: { "awslogs-multiline-pattern": "^(?<level>[A-Z]+)", "awslogs-group": "<group>" } }, ["group"]],
  [{ dockerLabels: { format: "<pri>%d" } }, []],
])("finds the placeholders of %j", (value, names) => {
  expect(findPlaceholders(value).map(({ name }) => name)).toEqual(names);
});
