import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import type { Environment } from "../../environment.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import { iam as identities } from "../iam/service.ts";
import { sts as definition } from "./service.ts";

// biome-ignore lint/suspicious/noExplicitAny: the assertions of each case use only the members they need
type Operations = Record<string, (input: object, caller: object) => any>;

const account = "123456789012";
const issuer = "token.actions.githubusercontent.com";
const trustOf = (Principal: unknown, Action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Principal, Action } });

interface Setting extends Partial<Pick<Environment, "identityKeys" | "warn">> {
  provider?: object;
}

async function stsWith(trust: string, { provider, ...parts }: Setting = {}) {
  const iam: Operations = {};
  const environment = await createTestEnvironment({
    ...parts,
    aws: {
      iam: {
        getRole: async (input) => iam.getRole?.(input, {}),
        getOpenIDConnectProvider: async (input) => iam.getOpenIDConnectProvider?.(input, {}),
      },
    },
  });
  await environment.remove();
  Object.assign(iam, identities.create(environment).operations);
  iam.createRole?.({ RoleName: "DeployRole", AssumeRolePolicyDocument: trust }, {});
  if (provider) iam.createOpenIDConnectProvider?.(provider, {});
  const sts = definition.create(environment).operations as Operations;
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
  ])("trust %j, request %j: error %s", async (principal, change, code) => {
    const call = await stsWith(trustOf(principal, "sts:AssumeRole"));
    const outcome = await call("assumeRole", { ...request, ...change }).then(
      () => "none",
      (error) => error.code,
    );
    expect(outcome).toBe(code);
  });
});

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...rsa.publicKey.export({ format: "jwk" }), kid: "a" };
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const byKey = (key: KeyObject) => (signed: Buffer) => sign("sha256", signed, key);
const publicPem = rsa.publicKey.export({ type: "spki", format: "pem" });
const byPublicKey = (signed: Buffer) => createHmac("sha256", publicPem).update(signed).digest();

const now = Math.floor(Date.now() / 1000);
const sub = "repo:a/b:environment:production";
const claims = {
  ...{ iss: `https://${issuer}`, sub, aud: "sts.amazonaws.com", exp: now + 300, nbf: now - 600 },
  ...{ ref: "refs/heads/main", event_name: "push" },
};
function tokenOf(change: object = {}, header: object = {}, by = byKey(rsa.privateKey)): string {
  const signed = `${encode({ alg: "RS256", kid: "a", ...header })}.${encode({ ...claims, ...change })}`;
  return `${signed}.${by(Buffer.from(signed)).toString("base64url")}`;
}
const [head = "", , signature] = tokenOf().split(".");

describe("assumeRoleWithWebIdentity", () => {
  const key = (claim: string) => `${issuer}:${claim}`;
  const condition = {
    StringEquals: { [key("aud")]: "sts.amazonaws.com", [key("sub")]: sub },
    StringLike: { [key("REF")]: ["refs/heads/release-*", "refs/heads/main"] },
  };
  const allowed = (Condition: object = condition) => ({
    Effect: "Allow",
    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition,
  });

  /** Returns the subject, or code and message of the error, and what was reported. */
  async function assume(WebIdentityToken: string, Statement: object[] = [allowed()]) {
    const warn = vi.fn<(message: string) => void>();
    const provider = { Url: claims.iss, ClientIDList: ["sts.amazonaws.com"] };
    const setting = { warn, identityKeys: { [claims.iss]: [jwk] }, provider };
    const call = await stsWith(JSON.stringify({ Version: "2012-10-17", Statement }), setting);
    const result = await call("assumeRoleWithWebIdentity", { ...request, WebIdentityToken }).then(
      ({ SubjectFromWebIdentityToken }) => SubjectFromWebIdentityToken,
      ({ code, message }) => `${code}: ${message}`,
    );
    return { result, warnings: warn.mock.calls.flat() };
  }

  const denied = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";
  const noJwt = "InvalidIdentityToken: The ID Token provided is not a valid JWT.";
  const noKey = "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider";
  const invalid =
    "InvalidIdentityToken: The web identity token that was passed could not be validated by AWS.";
  const noProvider = "InvalidIdentityToken: No OpenIDConnect provider found in your account for";
  const evil = "https://evil.example";
  it.each<[string, string, string]>([
    ["as GitHub signs it", tokenOf(), sub],
    ["of another repository", tokenOf({ sub: "repo:a/other:environment:production" }), denied],
    ["of another environment", tokenOf({ sub: `${sub}2` }), denied],
    ["of another branch", tokenOf({ ref: "refs/heads/main2" }), denied],
    ["of a pull request", tokenOf({ ref: "refs/pull/1/merge" }), denied],
    ["without a claim of the trust", tokenOf({ ref: undefined }), denied],
    ["for another audience", tokenOf({ aud: evil }), "InvalidIdentityToken: Incorrect token audience"],
    ["of another issuer", tokenOf({ iss: evil }), `${noProvider} ${evil}`],
    ["of the issuer without https", tokenOf({ iss: issuer }), `${noProvider} ${issuer}`],
    ["without a signature", `${head}.${encode(claims)}.`, noJwt],
    ["of the algorithm none", tokenOf({}, { alg: "none" }), noJwt],
    ["signed by HMAC with the public key", tokenOf({}, { alg: "HS256" }, byPublicKey), noJwt],
    ["of a key type that does not fit", tokenOf({}, { alg: "ES256" }), noKey],
    ["of a foreign key", tokenOf({}, {}, byKey(foreign.privateKey)), invalid],
    ["with changed claims", `${head}.${encode({ ...claims, environment: "x" })}.${signature}`, invalid],
    ["of an unknown key", tokenOf({}, { kid: "b" }), noKey],
    [
      "that has expired",
      tokenOf({ exp: now - 60 }),
      "ExpiredTokenException: Token expired: current date/time",
    ],
    ["that is not valid yet", tokenOf({ nbf: now + 600 }), invalid],
    ["without an expiry", tokenOf({ exp: undefined }), noJwt],
    ["that is not one", "no token", noJwt],
  ])("a token %s", async (_, token, expected) => {
    const { result, warnings } = await assume(token);
    expect(result.startsWith(expected), result).toBe(true);
    expect(warnings).toEqual([]);
  });

  it.each<[object, string]>([
    [{ StringEquals: { [key("event_name")]: "push" } }, `the condition key ${key("event_name")}`],
    [{ StringNotEquals: { [key("run_id")]: "1" } }, `the condition key ${key("run_id")}`],
    [{ StringMatches: { [key("sub")]: sub } }, "the condition operator StringMatches"],
    [{ StringLike: { [key("sub")]: "$\u007bx}" } }, 'the policy variable in "$\u007bx}"'],
  ])("the condition %j allows nothing, denies, and is reported", async (Condition, part) => {
    for (const Effect of ["Allow", "Deny"]) {
      const { result, warnings } = await assume(tokenOf(), [
        ...(Effect === "Deny" ? [allowed()] : []),
        { ...allowed(Condition), Effect },
      ]);
      expect(result).toBe(denied);
      expect(warnings).toEqual([expect.stringContaining(`not checked: ${part}, in the trust policy of `)]);
    }
  });
});
