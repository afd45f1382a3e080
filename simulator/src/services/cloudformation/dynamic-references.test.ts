import { beforeEach, expect, it } from "vitest";
import { forEachTest, startStackTest } from "./resources/stack.support.ts";

const stack = forEachTest(startStackTest);
beforeEach(async () => {
  await stack.aws.secretsmanager.createSecret({
    Name: "login",
    SecretString: '{"password":"coffee","days":7}',
  });
  await stack.aws.secretsmanager.createSecret({ Name: "plain", SecretString: "no JSON: coffee" });
});

/** A resource with a text, a number and its own name in its properties. */
const copy = (SecretString: string, Description?: string) => ({
  Copy: { Type: "AWS::SecretsManager::Secret", Properties: { Name: "copy", SecretString, Description } },
});
const currentValue = async (SecretId: string) =>
  (await stack.aws.secretsmanager.getSecretValue({ SecretId })).SecretString;
const reference = "{{resolve:secretsmanager:login:SecretString:password}}";

/** Returns everything that CloudFormation reports about the stack. */
async function everythingShown(): Promise<string> {
  const { cloudformation } = stack.aws;
  const StackName = "resources";
  return JSON.stringify([
    await cloudformation.describeStacks({ StackName }),
    await cloudformation.describeStackEvents({ StackName }),
    await cloudformation.describeStackResources({ StackName }),
    await cloudformation.getTemplate({ StackName }),
  ]);
}

it("gives a resource the secret and reports only the reference", async () => {
  expect(await stack.create(copy(reference))).toBe("CREATE_COMPLETE");
  expect(await currentValue("copy")).toBe("coffee");
  expect(await stack.update(copy(`<${reference}>`))).toBe("UPDATE_COMPLETE");
  expect(await currentValue("copy")).toBe("<coffee>");
  expect(await everythingShown()).not.toContain("coffee");
  expect(await everythingShown()).toContain(reference);
});

it("resolves into a property that is a number", async () => {
  const logs = (RetentionInDays: string) => ({
    Copy: { Type: "AWS::Logs::LogGroup", Properties: { RetentionInDays } },
  });
  expect(await stack.create(logs("{{resolve:secretsmanager:login:SecretString:days}}"))).toBe(
    "CREATE_COMPLETE",
  );
  const { logGroups } = await stack.aws.logs.describeLogGroups({});
  expect(logGroups).toMatchObject([{ retentionInDays: 7 }]);
});

it("treats a new value of the secret as no change, and shows no secret in a change set", async () => {
  await stack.create(copy(reference));
  await stack.aws.secretsmanager.putSecretValue({ SecretId: "login", SecretString: '{"password":"tea"}' });
  await expect(stack.update(copy(reference))).rejects.toThrow("No updates are to be performed");
  expect(await stack.update(copy(reference, "described"))).toBe("UPDATE_COMPLETE");
  expect(await currentValue("copy")).toBe("coffee");

  const names = { StackName: "resources", ChangeSetName: "change" };
  const TemplateBody = JSON.stringify({ Resources: copy(`new ${reference}`, "described") });
  await stack.aws.cloudformation.createChangeSet({ ...names, TemplateBody });
  await expect
    .poll(async () => (await stack.aws.cloudformation.describeChangeSet(names)).Status)
    .toBe("CREATE_COMPLETE");
  const shown = JSON.stringify(
    await stack.aws.cloudformation.describeChangeSet({ ...names, IncludePropertyValues: true }),
  );
  expect(shown).toContain(`new ${reference}`);
  expect(shown).not.toMatch(/coffee|tea/);
});

const missing =
  "Secrets Manager can't find the specified secret. (Service: AWSSecretsManager; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: ";

it.each([
  ["a missing secret", "none:SecretString:password", missing],
  [
    "a missing key",
    "login:SecretString:user",
    "Could not find a value associated with JSONKey in SecretString",
  ],
  [
    "a key that only objects have",
    "login:SecretString:toString",
    "Could not find a value associated with JSONKey in SecretString",
  ],
  ["a key of a text", "plain:SecretString:password", "Could not parse SecretString JSON"],
  ["a missing version", "login:SecretString:password:AWSPENDING", "for staging label: AWSPENDING"],
])("fails the resource for %s", async (_, inner, reason) => {
  expect(await stack.create(copy(`{{resolve:secretsmanager:${inner}}}`))).toMatch(/^Copy: /);
  const text = await everythingShown();
  expect(text).toContain(reason);
  expect(text).not.toContain("coffee");
});

it("rolls back to the previous secret", async () => {
  await stack.create(copy(reference));
  expect(await stack.update(copy("{{resolve:secretsmanager:none}}"))).toContain(
    "can't find the specified secret",
  );
  expect(await currentValue("copy")).toBe("coffee");
});

it("refuses a reference in an output, which would show it", async () => {
  await stack.create(copy(reference), { Shown: { Value: reference } });
  const { Stacks } = await stack.aws.cloudformation.describeStacks({ StackName: "resources" });
  expect(Stacks).toMatchObject([
    { StackStatus: "CREATE_FAILED", StackStatusReason: expect.stringContaining("/Outputs/Shown") },
  ]);
});
