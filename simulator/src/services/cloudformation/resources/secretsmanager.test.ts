import { expect, it } from "vitest";
import { forEachTest, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

const secret = (Properties: object) => ({ Secret: { Type: "AWS::SecretsManager::Secret", Properties } });
const read = async (SecretId: string) =>
  (await stack.aws.secretsmanager.getSecretValue({ SecretId })).SecretString ?? "";

it("creates an empty secret, which can be filled later, and removes it permanently", async () => {
  expect(await stack.create(secret({ Name: "supplierdb", Description: "to be filled" }))).toBe(
    "CREATE_COMPLETE",
  );
  const SecretId = await stack.physicalId("Secret");
  expect(SecretId).toMatch(/^arn:aws:secretsmanager:us-east-1:123456789012:secret:supplierdb-\w{6}$/);
  await expect(read(SecretId)).rejects.toThrow("can't find the specified secret value");
  await stack.aws.secretsmanager.putSecretValue({ SecretId, SecretString: "ours" });
  const described = secret({ Name: "supplierdb", Description: "filled", Tags: [{ Key: "a", Value: "1" }] });
  expect(await stack.update(described)).toBe("UPDATE_COMPLETE");
  expect(await read(SecretId)).toBe("ours");
  expect(await stack.aws.secretsmanager.describeSecret({ SecretId })).toMatchObject({
    Description: "filled",
    Tags: [{ Key: "a", Value: "1" }],
  });
  expect(await stack.remove()).toBe("gone");
  expect(await stack.create(secret({ Name: "supplierdb" }))).toBe("CREATE_COMPLETE");
});

it("changes the value of a secret when the template does", async () => {
  await stack.create(secret({ SecretString: "before" }));
  expect(await stack.update(secret({ SecretString: "after" }))).toBe("UPDATE_COMPLETE");
  expect(await read(await stack.physicalId("Secret"))).toBe("after");
});

const generate = (rules: object) => secret({ GenerateSecretString: rules });

it("inserts a password into a template, once, and again when the rules change", async () => {
  const rules = { SecretStringTemplate: '{"username":"nodeapp"}', GenerateStringKey: "password" };
  const made = async () => JSON.parse(await read(await stack.physicalId("Secret")));
  await stack.create(generate({ ...rules, PasswordLength: 32, ExcludePunctuation: true }));
  const first = await made();
  expect(first).toEqual({ username: "nodeapp", password: expect.stringMatching(/^[A-Za-z0-9]{32}$/) });
  await stack.update({
    Secret: {
      Type: "AWS::SecretsManager::Secret",
      Properties: {
        Description: "described",
        GenerateSecretString: { ...rules, PasswordLength: 32, ExcludePunctuation: true },
      },
    },
  });
  expect(await made()).toEqual(first);
  await stack.update(generate({ ...rules, PasswordLength: 12 }));
  expect((await made()).password).toHaveLength(12);
});

it.each([
  [
    "a template that is not JSON",
    { SecretStringTemplate: "{", GenerateStringKey: "a" },
    "must be a JSON object",
  ],
  [
    "a template without a key",
    { SecretStringTemplate: "{}" },
    "both SecretStringTemplate and GenerateStringKey",
  ],
])("refuses %s", async (_, rules, message) => {
  expect(await stack.create(generate(rules))).toContain(message);
});

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
