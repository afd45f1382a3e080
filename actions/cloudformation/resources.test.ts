import { expect, test } from "vitest";
import { planStack } from "./plan-stacks.ts";
import { type EvaluatedResource, evaluateResources } from "./resources.ts";
import { parseTemplate } from "./template.ts";
import { describeValue, isKnown, referencesIn } from "./values.ts";

function resourcesOf(files: Record<string, string>, values: unknown = {}): EvaluatedResource[] {
  const templates = Object.entries(files).map(([name, body]) => parseTemplate(body, `${name}.yaml`, name));
  const stacks = templates.map((template) => planStack(template, templates, values, "shop"));
  return evaluateResources(stacks, "us-east-1");
}

/** Returns the property V of the resource R of one template, with these other sections. */
function evaluated(expression: string, sections = "", values: unknown = {}): unknown {
  const body = `${sections}\nResources:\n  R: { Type: T, Properties: { V: ${expression} } }\n  S: { Type: T }\n`;
  return resourcesOf({ one: body }, values).find(({ logicalId }) => logicalId === "R")?.properties.V;
}

const sections = `
Parameters:
  Size: { Type: Number, Default: 3 }
  Subnets: { Type: "List<AWS::EC2::Subnet::Id>", Default: "subnet-1, subnet-2" }
  Open: { Type: String }
  Mode: { Type: String, Default: nat }
Mappings: { Sizes: { nat: { count: 1 } } }
Conditions:
  Nat: !Equals [!Ref Mode, nat]
  Big: !And [!Condition Nat, !Not [!Equals [!Ref Size, 3]]]
  Either: !Or [!Condition Nat, !Condition Big]`;

test.each<[string, unknown]>([
  ["!Ref Size", "3"],
  ["!Ref Subnets", ["subnet-1", "subnet-2"]],
  ["!Select [1, !Ref Subnets]", "subnet-2"],
  [`!Sub '\${AWS::StackName}-\${Size}-\${!Kept}'`, `shop-one-3-\${Kept}`],
  [`!Sub ['\${A}-x', { A: !Ref Mode }]`, "nat-x"],
  ['!Join ["-", [a, !Ref Size]]', "a-3"],
  ['!Split [",", "a,b"]', ["a", "b"]],
  ["!If [Nat, 1, 2]", 1],
  ["!If [Big, 1, 2]", 2],
  ["!If [Either, { A: !Ref Size }, 2]", { A: "3" }],
  ["[1, !If [Big, 2, !Ref 'AWS::NoValue']]", [1]],
  ["{ A: 1, B: !Ref 'AWS::NoValue' }", { A: 1 }],
  ["!FindInMap [Sizes, !Ref Mode, count]", 1],
  ["!Ref AWS::Region", "us-east-1"],
])("evaluates %s to %j", (expression, expected) => {
  expect(evaluated(expression, sections)).toEqual(expected);
});

test.each<[string, string]>([
  ["!Ref S", "one/S"],
  ["!GetAtt S.Arn", "one/S.Arn"],
  [`!Sub 'x-\${S.Arn}'`, "the text x-<one/S.Arn>"],
  [`!Sub '\${AWS::AccountId}'`, "the text <AWS::AccountId>"],
  ["!Ref Open", "parameter Open of one.yaml, which has no value"],
  ["!ImportValue other", "the export other, which no given template has"],
  ["!Select [0, !GetAZs '']", "item 0 of the region's zones"],
])("leaves %s open: %s", (expression, words) => {
  const value = evaluated(expression, sections);
  expect(isKnown(value)).toBe(false);
  expect(describeValue(value)).toBe(words);
});

test.each<[string, string[]]>([
  ["!Ref S", ["one/S"]],
  [`!Sub '\${S.Uri}:latest'`, ["one/S.Uri"]],
  [`!Join ["/", [service, !Ref S, !Sub 'x-\${S.Name}']]`, ["one/S", "one/S.Name"]],
  [`!Select [1, !Split ["/", !Sub 'a/\${S.Id}']]`, ["one/S.Id"]],
  ["[{ A: [!Ref S, text, 3] }]", ["one/S"]],
  ["!Ref Mode", []],
])("in %s, finds references to the resources %j", (expression, names) => {
  expect(referencesIn(evaluated(expression, sections)).map(describeValue)).toEqual(names);
});

test("prefers values of the profile over defaults, and leaves resources out by conditions", () => {
  const body = `Parameters: { Count: { Type: Number, Default: 1 } }
Conditions: { Many: !Not [!Equals [!Ref Count, 1]] }
Resources:
  A: { Type: T, Condition: Many }
  B: { Type: T, Properties: { V: !Ref Count } }
`;
  expect(resourcesOf({ one: body }).map(({ logicalId }) => logicalId)).toEqual(["B"]);
  const given = resourcesOf({ one: body }, { one: { Count: 2 } });
  expect(given.map(({ logicalId }) => logicalId)).toEqual(["A", "B"]);
  expect(given[1]?.properties).toEqual({ V: "2" });
});

test("evaluates an import to the exported value of the other template, in any order of the files", () => {
  const app = `Parameters: { NetStack: { Type: String, Default: microservices-net } }
Resources: { R: { Type: T, Properties: { V: { "Fn::ImportValue": !Sub "\${NetStack}-Id" } } } }`;
  const net = `Resources: { Vpc: { Type: T } }
Outputs: { Id: { Value: !Ref Vpc, Export: { Name: !Sub "\${AWS::StackName}-Id" } } }`;
  expect(describeValue(resourcesOf({ app, net })[0]?.properties.V)).toBe("net/Vpc");
});

test.each<[string, string, RegExp]>([
  ["a condition on an unknown value", "Conditions: { C: !Equals [!Ref Open, x] }", /condition C depends on/],
  ["a missing condition", "", /one\.yaml does not have the condition C/],
  ["a condition of another function", "Conditions: { C: !Ref Open }", /condition C uses Ref/],
  ["a macro", "Transform: AWS::Serverless-2016-10-31", /uses Transform "AWS::Serverless-2016-10-31"/],
])("refuses %s", (_, section, message) => {
  const parameters = "Parameters: { Open: { Type: String } }";
  expect(() => evaluated("!If [C, 1, 2]", `${parameters}\n${section}`)).toThrow(message);
});

test("refuses a function that it cannot evaluate with an error that names it", () => {
  expect(() => evaluated("!ToJsonString {a: 1}")).toThrow("one.yaml uses Fn::ToJsonString");
});
