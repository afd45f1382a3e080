import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { ProvisionInputs } from "./inputs.ts";
import { readProvisionInputs } from "./inputs.ts";
import { makePlan } from "./plan.ts";

const root = mkdtempSync(join(tmpdir(), "plan-test-"));
afterAll(() => rmSync(root, { recursive: true }));

const resources = "Resources:\n  Topic: { Type: AWS::SNS::Topic }\n";
const network = `${resources}Outputs:\n  Id:\n    Value: !Ref Topic\n    Export: { Name: !Sub "\${AWS::StackName}-Id" }\n`;
const app = `Parameters:
  NetworkStack: { Type: String, Default: microservices-network }
  Size: { Type: Number, Default: 1 }
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Name: { "Fn::ImportValue": !Sub "\${NetworkStack}-Id" }
`;

function inputs(files: Record<string, string>, rest: Partial<ProvisionInputs> = {}): ProvisionInputs {
  const templatesFolder = mkdtempSync(join(root, "t-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(templatesFolder, name), text);
  return {
    stacks: [],
    templatesFolder,
    parametersFile: undefined,
    stackPrefix: "microservices",
    mode: "apply",
    deadlineMs: 60_000,
    ...rest,
  };
}

function parameters(content: unknown): string {
  const file = join(mkdtempSync(join(root, "p-")), "standard.json");
  writeFileSync(file, JSON.stringify(content));
  return file;
}

test("the project's own templates are ordered by what they import", () => {
  const templatesFolder = fileURLToPath(new URL("../../../infra-templates", import.meta.url));
  const parametersFile = join(templatesFolder, "parameters/standard.json");
  const plan = makePlan(inputs({}, { templatesFolder, parametersFile }));
  const order = plan.stacks.map(({ template }) => template.name);
  const before = (one: string, other: string) =>
    expect(order.indexOf(one)).toBeLessThan(order.indexOf(other));
  before("network", "database");
  before("database", "services");
  before("load-balancer", "services");
  before("services", "delivery");
  expect(plan.dependencies.get("network")).toEqual(new Set());
  expect(plan.dependencies.get("services")).toContain("registry");
});

test("stack names and the parameters that name stacks follow the prefix", () => {
  const plan = makePlan(inputs({ "network.yaml": network, "app.yaml": app }, { stackPrefix: "shop" }));
  expect(plan.stacks.map(({ stackName }) => stackName)).toEqual(["shop-network", "shop-app"]);
  expect(plan.stacks[1]?.parameters).toEqual(new Map([["NetworkStack", "shop-network"]]));
  expect(plan.dependencies.get("app")).toEqual(new Set(["network"]));
});

test("only the chosen stacks are planned; the others are taken to be there", () => {
  const plan = makePlan(inputs({ "network.yaml": network, "app.yaml": app }, { stacks: ["app"] }));
  expect([...plan.dependencies]).toEqual([["app", new Set()]]);
});

test.each<[string, Record<string, string>, Partial<ProvisionInputs>, RegExp]>([
  [
    "an unknown stack",
    { "network.yaml": network },
    { stacks: ["netwrok"] },
    /names netwrok, .* there are network/,
  ],
  [
    "an unknown template in the parameters",
    { "network.yaml": network },
    { parametersFile: parameters({ app: {} }) },
    /names app, which is no template/,
  ],
  [
    "an unknown parameter",
    { "app.yaml": app },
    { parametersFile: parameters({ app: { Sise: 2 } }) },
    /app has no parameter Sise; it has NetworkStack, Size/,
  ],
  [
    "a parameter of a wrong kind",
    { "app.yaml": app },
    { parametersFile: parameters({ app: { Size: { a: 1 } } }) },
    /app\.Size must be a text, number, boolean or list/,
  ],
  [
    "a parameter without a value",
    { "x.yaml": `Parameters:\n  Key: { Type: String }\n${resources}` },
    {},
    /parameter Key has no default and is given no value/,
  ],
  [
    "templates in a circle",
    {
      "a.yaml": `${resources}  B: { Type: T, P: !ImportValue b }\nOutputs: { X: { Value: 1, Export: { Name: a } } }`,
      "b.yaml": `${resources}  A: { Type: T, P: !ImportValue a }\nOutputs: { X: { Value: 1, Export: { Name: b } } }`,
    },
    {},
    /in a circle: a, b/,
  ],
  ["no template", {}, {}, /holds no template/],
  ["broken YAML", { "x.yaml": "Resources: [\n" }, {}, /x\.yaml:\d+:\d+ is not valid YAML/],
  ["something else", { "x.yaml": "a: 1\n" }, {}, /is not a CloudFormation template/],
])("%s is refused before anything changes", (_, files, rest, message) => {
  expect(() => makePlan(inputs(files, rest))).toThrow(message);
});

test.each<[Record<string, string>, string]>([
  [{ mode: "destroy" }, "allowed: apply, outputs, delete"],
  [{ deadline: "soon" }, "a duration such as"],
  [{ "stack-prefix": "my prefix" }, 'Input stack-prefix is "my prefix"'],
  [{ parameters: "none.json" }, "there is no file none.json"],
  [{ templates: "none" }, "there is no folder none"],
])("inputs %j are refused", (given, message) => {
  expect(() => readProvisionInputs((name) => given[name] ?? "")).toThrow(message);
});
