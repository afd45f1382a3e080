import { expect, it } from "vitest";
import { forEachTest, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

const colour = (Value: string, tags: object) => ({
  Colour: {
    Type: "AWS::SSM::Parameter",
    Properties: { Name: "/shop/colour", Type: "String", Value, Tags: tags },
  },
});

it("creates a parameter, changes it in place and deletes it", async () => {
  const { ssm } = stack.aws;
  const read = async () => (await ssm.getParameter({ Name: "/shop/colour" })).Parameter;
  const outputs = { Value: { Value: { "Fn::GetAtt": ["Colour", "Value"] } } };
  expect(await stack.create(colour("blue", { a: "1" }), outputs)).toBe("CREATE_COMPLETE");
  expect([await stack.physicalId("Colour"), await stack.outputs()]).toEqual([
    "/shop/colour",
    { Value: "blue" },
  ]);
  expect(await stack.update(colour("green", { b: "2" }), outputs)).toBe("UPDATE_COMPLETE");
  expect(await read()).toMatchObject({ Value: "green", Version: 2 });
  const tagged = { ResourceType: "Parameter" as const, ResourceId: "/shop/colour" };
  expect((await ssm.listTagsForResource(tagged)).TagList).toEqual([{ Key: "b", Value: "2" }]);
  expect(await stack.remove()).toBe("gone");
  await expect(read()).rejects.toThrow("not found");
});

it("gives the values of the account's parameters to parameters of a template", async () => {
  const { ssm, cloudformation, ec2 } = stack.aws;
  const { Vpcs: [vpc] = [] } = await ec2.describeVpcs({});
  await ssm.putParameter({ Name: "/network/vpc", Type: "String", Value: vpc?.VpcId });
  await ssm.putParameter({ Name: "/network/zones", Type: "StringList", Value: "a,b" });
  const TemplateBody = `
Parameters:
  Vpc: {Type: "AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>", Default: /network/vpc}
  Zones: {Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /network/zones}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: Web, VpcId: !Ref Vpc}}
Outputs:
  Vpc: {Value: !GetAtt Group.VpcId}
  Zone: {Value: !Select [1, !Ref Zones]}
`;
  await cloudformation.createStack({ StackName: "resources", TemplateBody });
  await stack.simulator.clock.until(async () => Object.keys(await stack.outputs()).length > 0);
  expect(await stack.outputs()).toEqual({ Vpc: vpc?.VpcId, Zone: "b" });
});
