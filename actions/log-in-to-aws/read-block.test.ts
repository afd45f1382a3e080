import { expect, test } from "vitest";
import { readBlock } from "./read-block.mjs";

const id = "ASIAIOSFODNN7EXAMPLE";
const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const token = "IQoJb3JpZ2luX2VjEBQaCXVzLXdlc3QtMiJHMEUCIQ+/w==";
const keys = { "aws-access-key-id": id, "aws-secret-access-key": secret, "aws-session-token": token };
const lines = [`aws_access_key_id=${id}`, `aws_secret_access_key=${secret}`, `aws_session_token=${token}`];
const block = ["[default]", ...lines].join("\n");

test.each([
  ["the lab's lines", block],
  ["lines in another order", lines.toReversed().join("\n")],
  ["blanks around the values", lines.map((line) => ` ${line.replace("=", " = ")} `).join("\n")],
  ["Windows line ends and a byte order mark", `\uFEFF${lines.join("\r\n")}\r\n`],
  [
    "other lines of the lab's page",
    `Cloud Access\n\nAWS CLI:\n${block}\n\nCloud Labs\nAWS SSO\nregion=us-east-1`,
  ],
  [
    "a shell's form",
    `export AWS_ACCESS_KEY_ID="${id}"\nexport AWS_SECRET_ACCESS_KEY='${secret}'\nexport AWS_SESSION_TOKEN=${token}`,
  ],
  [
    "a Windows prompt's form",
    `SET AWS_ACCESS_KEY_ID=${id}\nset "AWS_SECRET_ACCESS_KEY=${secret}"\nSET AWS_SESSION_TOKEN=${token}`,
  ],
  [
    "PowerShell's form",
    `$Env:AWS_ACCESS_KEY_ID="${id}"\n$env:AWS_SECRET_ACCESS_KEY = "${secret}"\n$Env:AWS_SESSION_TOKEN="${token}"`,
  ],
])("reads %s", (_, text) => {
  expect(readBlock(text)).toMatchObject({ keys, problems: [] });
});

test("needs no session token for the permanent keys of a user", () => {
  const { keys, problems } = readBlock(block.replace("ASIA", "AKIA").replace(/aws_session.*/, ""));
  expect(problems).toEqual([]);
  expect(keys["aws-session-token"]).toBe("");
});

const missing = (name: string) => `the line ${name}=... is missing`;
const without = (name: string) => block.replace(new RegExp(`${name}=.*`), "");
const allMissing = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"].map(missing);

test.each<[string, string, string[]]>([
  ["nothing but blanks", " \n ", allMissing],
  ["another text", "AWS CLI: Show", allMissing],
  ["no access key", without("aws_access_key_id"), [missing("aws_access_key_id")]],
  ["no secret key", without("aws_secret_access_key"), [missing("aws_secret_access_key")]],
  ["no session token", without("aws_session_token"), [missing("aws_session_token")]],
  ["a misspelt name", block.replace("secret_access", "secret_acess"), [missing("aws_secret_access_key")]],
  ["an empty value", block.replace(token, ""), ["line 4, aws_session_token, has no value"]],
  ["a shortened value", block.replace(id, "ASIA…"), ["line 2, aws_access_key_id, is not a complete value"]],
  [
    "all in one line",
    lines.join(" "),
    ["line 1, aws_access_key_id, is not a complete value", ...allMissing.slice(1)],
  ],
  [
    "a broken line",
    block.replace(token, `${token.slice(0, 20)}\n${token.slice(20)}`),
    ["line 5 has a value without a name; each value must be on one line, after its name"],
  ],
  ["two blocks", `${block}\n${lines[0]}`, ["line 5 has aws_access_key_id again, which line 2 has already"]],
])("names the lines to correct in a block with %s, without their text", (_, text, expected) => {
  expect(readBlock(text).problems).toEqual(expected);
});

test("returns all values to mask, also those of an incomplete block", () => {
  const broken = `${block.replace(secret, "short-secret")}\nUHM3bW9yZQ==`;
  expect(readBlock(broken).secrets).toEqual([id, "short-secret", token, "UHM3bW9yZQ=="]);
});

test.each([
  ["Session to end at: 2026-11-27T12:31:14-0800", "2026-11-27T20:31:14.000Z"],
  ["x_security_token_expires = 2026-11-27T20:31:14Z", "2026-11-27T20:31:14.000Z"],
  ["Session to end at: 2026-99-27T12:31:14-0800", undefined],
  ["Remaining session time: 03:59:40", undefined],
])("reads the end of the session from %s", (line, end) => {
  expect(readBlock(`${block}\n${line}`).ends?.toISOString()).toBe(end);
});
