import { expect, it } from "vitest";
import { checkDynamicReferences, replaceReferences } from "./dynamic-references.ts";

const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1B2c3";

it.each([
  ["{{resolve:secretsmanager:db}}", "db||||"],
  ["{{resolve:secretsmanager:db:SecretString}}", "db||||"],
  ["{{resolve:secretsmanager:db:SecretString:password}}", "db|password|||"],
  ["{{resolve:secretsmanager:db::password}}", "db|password|||"],
  ["{{resolve:secretsmanager:db:SecretString:password:AWSPREVIOUS}}", "db|password|AWSPREVIOUS||"],
  ["{{resolve:secretsmanager:db:SecretString:::1234}}", "db|||1234|"],
  [`{{resolve:secretsmanager:${arn}}}`, `${arn}||||`],
  [`{{resolve:secretsmanager:${arn}:SecretString:password::}}`, `${arn}|password|||`],
  [
    "mysql://{{resolve:secretsmanager:db:SecretString:user}}@{{resolve:secretsmanager:h}}/",
    "mysql://db|user|||@h||||/",
  ],
])("%s is read", async (text, expected) => {
  const value = { list: [text, 1] };
  const replaced = await replaceReferences(value, async ({ secretId, jsonKey, versionStage, versionId }) =>
    [secretId, jsonKey, versionStage, versionId, ""].join("|"),
  );
  expect(replaced).toEqual({ list: [expected, 1] });
});

it("does not change a secret, even if it looks like a reference", async () => {
  for (const secret of ["$&$1", "{{resolve:ssm:x}}"])
    expect(await replaceReferences("a{{resolve:secretsmanager:s}}", async () => secret)).toBe(`a${secret}`);
});

it.each([
  ["{{resolve:ssm:parameter:1}}", "resolves secretsmanager, not ssm"],
  ["{{resolve:ssm-secure:parameter:1}}", "resolves secretsmanager, not ssm-secure"],
  ["{{resolve:secretsmanager}}", "must be {{resolve:secretsmanager:secret-id:"],
  ["{{resolve:secretsmanager:db:SecretBinary}}", "must be {{resolve:secretsmanager:secret-id:"],
  ["{{resolve:secretsmanager:db:SecretString:a:b:c:d}}", "must be {{resolve:secretsmanager:secret-id:"],
  ["{{resolve:secretsmanager:db:SecretString:a:b:c}}", "both a version stage and a version id"],
  ["{{resolve:secretsmanager:db", "does not end"],
])("%s is refused, with its place", (text, message) => {
  expect(() => checkDynamicReferences({ Tags: [{ Value: text }] }, "/Here")).toThrow(message);
  expect(() => checkDynamicReferences({ Tags: [{ Value: text }] }, "/Here")).toThrow("/Here/Tags/0/Value");
});
