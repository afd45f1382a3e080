import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ProvisionInputs } from "../inputs.ts";
import { readSet } from "../provision.ts";
import { testInputs } from "../stage.support.ts";

const root = useFolder();

const resources = "Resources:\n  Topic: { Type: AWS::SNS::Topic }\n";
const network = `${resources}Outputs:\n  Id:\n    Value: !Ref Topic\n    Export: { Name: !Sub "\${AWS::StackName}-Id" }\n`;
const app = `Parameters:
  NetworkStack: { Type: String, Default: microservices-network }
  Size: { Type: Number, Default: 1, MinValue: 1, MaxValue: 9 }
  Kind: { Type: String, Default: small, AllowedValues: [small, large] }
  Label: { Type: String, Default: aa, AllowedPattern: "[a-z]{2}" }
  Vpc: { Type: "AWS::EC2::VPC::Id", Default: vpc-1 }
  Sizes: { Type: "List<Number>", Default: "1,2" }
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Name: { "Fn::ImportValue": !Sub "\${NetworkStack}-Id" }
`;

function inputs(files: Record<string, string>, rest: Partial<ProvisionInputs> = {}): ProvisionInputs {
  const templatesFolder = mkdtempSync(join(root, "t-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(templatesFolder, name), text);
  return { ...testInputs, templatesFolder, ...rest };
}

function parameters(content: unknown): string {
  const file = join(mkdtempSync(join(root, "p-")), "standard.json");
  writeFileSync(file, JSON.stringify(content, undefined, 2));
  return file;
}

const read = (given: ProvisionInputs) =>
  readSet({ clientConfig: {}, signal: new AbortController().signal }, given);

test("orders the project's own templates by their imports", async () => {
  vi.stubEnv("ADMIN_SOURCE_IPS", "192.0.2.7/32");
  onTestFinished(() => void vi.unstubAllEnvs());
  const templatesFolder = fileURLToPath(new URL("../../../../infra-templates", import.meta.url));
  const parametersFile = join(templatesFolder, "parameters/standard.json");
  const { stacks, dependencies } = await read(inputs({}, { templatesFolder, parametersFile }));
  const order = stacks.map(({ template }) => template.name);
  const before = (one: string, other: string) =>
    expect(order.indexOf(one)).toBeLessThan(order.indexOf(other));
  before("network", "database");
  before("database", "services");
  before("load-balancer", "services");
  before("services", "delivery");
  expect(dependencies.get("network")).toEqual(new Set());
  expect(dependencies.get("services")).toContain("registry");
});

test("derives stack names and stack name parameters from the prefix", async () => {
  const { stacks, dependencies } = await read(inputs({ "network.yaml": network, "app.yaml": app }));
  expect(stacks.map(({ stackName }) => stackName)).toEqual(["shop-network", "shop-app"]);
  expect(stacks[1]?.parameters).toEqual(new Map([["NetworkStack", "shop-network"]]));
  expect(dependencies.get("app")).toEqual(new Set(["network"]));
});

test("plans only the chosen stacks, and takes the others as existing", async () => {
  const { dependencies } = await read(
    inputs({ "network.yaml": network, "app.yaml": app }, { stacks: ["app"] }),
  );
  expect([...dependencies]).toEqual([["app", new Set()]]);
});

test("uses the templates that the profile's file lists", async () => {
  const parametersFile = parameters({ network: {} });
  const given = inputs({ "network.yaml": network, "app.yaml": app }, { parametersFile });
  const { stacks, leftOut } = await read(given);
  expect(stacks.map(({ template }) => template.name)).toEqual(["network"]);
  expect(leftOut).toEqual(["app"]);
  await expect(read({ ...given, stacks: ["app"] })).rejects.toThrow(
    /^Input stacks lists app, which is not in .*standard\.json and so not part of this profile/,
  );
});

const importing = (name: string, other: string) =>
  `${resources}  Other: { Type: T, P: !ImportValue ${other} }\nOutputs: { X: { Value: 1, Export: { Name: ${name} } } }`;

test.each<[string, object, RegExp]>([
  ["parameter", { Colour: 2 }, /:3: app does not have the parameter Colour; it has NetworkStack, Size, /],
  ["typing error", { Sise: 2 }, /not have the parameter Sise; did you mean "Size"\?/],
  ["value of a wrong type", { Size: null }, /app\.Size must be a string, number, boolean or list/],
  ["text for a number", { Size: "big" }, /standard\.json:3: app\.Size is "big"; expected a number/],
  ["number too small", { Size: 0 }, /app\.Size is "0"; expected at least 1/],
  ["number too large", { Size: 10 }, /expected at most 9/],
  ["list of other things", { Sizes: "1,b" }, /numbers separated by commas/],
  ["value not allowed", { Kind: "huge" }, /"huge"; allowed: small, large/],
  ["value of another form", { Label: "a1" }, /expected the pattern \[a-z\]\{2\}/],
  ["id of another kind", { Vpc: "subnet-1" }, /expected an ID that begins with vpc-/],
  ["lookup", { Vpc: { vcp: "a" } }, /:3: \{"vcp":"a"\} is not a look-up; .* the kinds vpc, subnet, /],
])("refuses the wrong %s %j of a template's parameters", async (_, given, message) => {
  const parametersFile = parameters({ app: given });
  await expect(read(inputs({ "app.yaml": app }, { parametersFile }))).rejects.toThrow(message);
});

const one = { "network.yaml": network };

test.each<[string, Record<string, string>, Partial<ProvisionInputs>, RegExp]>([
  ["an unknown stack", one, { stacks: ["cluster"] }, /lists cluster, .* the templates are network/],
  ["a typing error in a stack's name", one, { stacks: ["netwrok"] }, /did you mean "network"\?/],
  [
    "an unknown template in the parameters",
    one,
    { parametersFile: parameters({ app: {} }) },
    /standard\.json:2 names app, which is not a template; the templates are network/,
  ],
  [
    "a parameter without a value",
    { "x.yaml": `Parameters:\n  Key: { Type: String }\n${resources}` },
    {},
    /x\.yaml:2: parameter Key has no default and no value/,
  ],
  [
    "templates in a circle",
    { "a.yaml": importing("a", "b"), "b.yaml": importing("b", "c"), "c.yaml": importing("c", "b") },
    {},
    /in a cycle: b → c → b$/,
  ],
  ["no template", {}, {}, /does not contain a template/],
  ["broken YAML", { "x.yaml": "Resources: [\n" }, {}, /x\.yaml:\d+:\d+ is not valid YAML/],
  ["something else", { "x.yaml": "a: 1\n" }, {}, /is not a CloudFormation template/],
  [
    "a template too large for a request",
    { "x.yaml": `${resources}# ${"x".repeat(51_200)}\n` },
    {},
    /x\.yaml is larger than the 51200 bytes/,
  ],
])("refuses %s before anything changes", async (_, files, rest, message) => {
  await expect(read(inputs(files, rest))).rejects.toThrow(message);
});
