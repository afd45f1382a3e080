import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { createTestEnvironment } from "../../test-environment.support.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";
import { createIam } from "../iam/service.ts";
import { createSts } from "./service.ts";

// biome-ignore lint/suspicious/noExplicitAny: the assertions of each case use only the members they need
type Operations = Record<string, (input: object, caller: object) => any>;

const account = "123456789012";
const issuer = "token.actions.githubusercontent.com";
const trustOf = (Principal: unknown, Action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Principal, Action } });
const token = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;

async function stsWith(trust: string) {
  const iam: Operations = {};
  const environment = await createTestEnvironment({
    aws: { iam: { getRole: async (input) => iam.getRole?.(input, {}) } },
  });
  await environment.remove();
  Object.assign(iam, createIam(environment).operations);
  iam.createRole?.({ RoleName: "DeployRole", AssumeRolePolicyDocument: trust }, {});
  const sts = createSts(environment).operations as Operations;
  return async (name: string, input: object, accessKeyId = "AKIASTUDENT") =>
    sts[name]?.(input, { accessKeyId, sourceIp: "127.0.0.1" });
}

const request = { RoleArn: `arn:aws:iam::${account}:role/DeployRole`, RoleSessionName: "session" };

describe("assumeRole", () => {
  it("opens a session that its key identifies afterwards", async () => {
    const call = await stsWith(trustOf({ AWS: `arn:aws:iam::${account}:root` }, "sts:AssumeRole"));
    const { Credentials, AssumedRoleUser } = await call("assumeRole", request);
    expect(Credentials.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    const identity = await call("getCallerIdentity", {}, Credentials.AccessKeyId);
    expect(identity.Arn).toBe(`arn:aws:sts::${account}:assumed-role/DeployRole/session`);
    expect(identity.Arn).toBe(AssumedRoleUser.Arn);
  });

  it.each([
    [{ AWS: account }, {}, "none"],
    [{ AWS: account }, { RoleArn: `arn:aws:iam::${account}:role/Absent` }, "AccessDenied"],
    [{ Service: "ecs-tasks.amazonaws.com" }, {}, "AccessDenied"],
    [{ AWS: "arn:aws:iam::999999999999:root" }, {}, "AccessDenied"],
    [{ AWS: account }, { RoleArn: "DeployRole" }, "ValidationError"],
    [{ AWS: account }, { DurationSeconds: 7200 }, "ValidationError"],
    [{ AWS: account }, { RoleSessionName: "a b" }, "ValidationError"],
  ])("trust %j, request %j: error %s", async (principal, change, code) => {
    const call = await stsWith(trustOf(principal, "sts:AssumeRole"));
    const outcome = await call("assumeRole", { ...request, ...change }).then(
      () => "none",
      (error) => error.code,
    );
    expect(outcome).toBe(code);
  });
});

describe("assumeRoleWithWebIdentity", () => {
  const claims = { iss: `https://${issuer}`, sub: "repo:a/b:ref:refs/heads/main", aud: "sts.amazonaws.com" };

  it.each([
    [issuer, token(claims), "repo:a/b:ref:refs/heads/main"],
    ["other.example", token(claims), "AccessDenied"],
    [issuer, "no token", "InvalidIdentityToken"],
  ])("provider %s, token %s: %s", async (provider, WebIdentityToken, expected) => {
    const Federated = `arn:aws:iam::${account}:oidc-provider/${provider}`;
    const call = await stsWith(trustOf({ Federated }, "sts:AssumeRoleWithWebIdentity"));
    const outcome = await call("assumeRoleWithWebIdentity", { ...request, WebIdentityToken }).then(
      (answer) => answer.SubjectFromWebIdentityToken,
      (error) => error.code,
    );
    expect(outcome).toBe(expected);
  });

  it("accepts an unsigned request, as the SDK sends it", async () => {
    const simulator = await startTestSimulator();
    const { endpoint, region } = simulator.clientConfig;
    const sts = new STSClient({ endpoint, region });
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${account}:role/absent`,
      RoleSessionName: "s",
      WebIdentityToken: token(claims),
    });
    await expect(sts.send(command)).rejects.toMatchObject({ name: "AccessDenied" });
    await simulator.close();
  });
});
