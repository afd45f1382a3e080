import { expect, test } from "vitest";
import { useStage } from "../stage.support.ts";

const stage = await useStage();

const group = "  Group: { Type: AWS::Logs::LogGroup }\n";
const exporting = `Resources:\n${group}Outputs:\n  Id: { Value: !Ref Group, Export: { Name: !Sub "\${AWS::StackName}-Id" } }\n`;
const importing = (name: string) => `Parameters:
  NetworkStack: { Type: String, Default: microservices-network }
  Far: { Type: String, Default: "no" }
Conditions: { IsFar: !Equals [!Ref Far, "yes"] }
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !If [IsFar, !ImportValue far, near]
      Tags: [{ Key: id, Value: { "Fn::ImportValue": !Sub "\${NetworkStack}-${name}" } }]
`;

test.each([
  [
    "of a missing stack",
    "Id",
    ["app"],
    /app\.yaml:10 imports shop-network-Id, which stack shop-network \(template network\) would export; that stack does not exist and is not selected/,
  ],
  [
    "that nothing exports",
    "Ix",
    [],
    /imports shop-network-Ix, which nothing exports; did you mean "shop-network-Id"\?/,
  ],
])("refuses an import %s before anything changes", async (_, name, stacks, message) => {
  await stage.templates({ network: exporting, app: importing(name) });
  const { error } = await stage.run({ stacks });
  expect(error?.message).toMatch(message);
  expect(await stage.stacks()).toEqual({});
});

test("accepts an import of a stack in the same run, and one that a condition leaves out", async () => {
  await stage.templates({ network: exporting, app: importing("Id") });
  expect((await stage.run({})).error).toBeUndefined();
  expect((await stage.run({ stacks: ["app"] })).error).toBeUndefined();
});
