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
