import { afterAll, describe, expect, it } from "vitest";
import type { AccessKey } from "../../access-keys.ts";
import { startRealSimulator } from "../../test-simulator.support.ts";
import { basic, signedCredentials } from "./credentials.support.ts";
import type { SignedTarget } from "./credentials.ts";

const temporary = { accessKeyId: "ASIATEMPORARY", secretAccessKey: "b", sessionToken: "to/ken+=%" };
const lasting = { accessKeyId: "AKIALASTING", secretAccessKey: "a" };
const over = { accessKeyId: "ASIAOVER", secretAccessKey: "c", sessionToken: "t" };
const path = "/v1/repos/deployment";

const simulator = await startRealSimulator({
  accessKeys: [temporary, lasting, over],
  expiredAccessKeys: [over.accessKeyId],
});
await simulator.aws.codecommit.createRepository({ repositoryName: "deployment" });
afterAll(() => simulator.close());

interface Signed extends Partial<SignedTarget> {
  key?: AccessKey;
  /** Minutes from now. */
  minutes?: number;
}

function authorization({ key = lasting, minutes = 0, ...target }: Signed = {}): string {
  const at = new Date(Date.now() + minutes * 60_000);
  return basic(signedCredentials(key, { path, ...target }, at));
}

async function ask(Authorization: string, resource = `${path}/info/refs?service=git-upload-pack`) {
  const response = await fetch(`${simulator.endpoint}${resource}`, { headers: { Authorization } });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe("allowed", () => {
  it.each<[string, () => Signed]>([
    ["a lasting key", () => ({})],
    ["a temporary key with its token", () => ({ key: temporary })],
    ["the simulator's own key", () => ({ key: simulator.clientConfig.credentials })],
    ["a clock that is 14 minutes late", () => ({ minutes: -14 })],
    ["a clock that is 14 minutes early", () => ({ minutes: 14 })],
    ["a host that was signed with its port", () => ({ host: new URL(simulator.endpoint).host })],
  ])("%s", async (_, signed) => {
    const { status, text, headers } = await ask(authorization(signed()));
    expect([status, headers.get("content-type")]).toEqual([
      200,
      "application/x-git-upload-pack-advertisement",
    ]);
    expect(text).toMatch(/^001e# service=git-upload-pack\n0000/);
  });

  it("a key issued by STS, until its session is over", async () => {
    const { aws } = simulator;
    const statement = { Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" };
    const { Role } = await aws.iam.createRole({
      RoleName: "mirror",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: statement }),
    });
    const { Credentials } = await aws.sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: "run" });
    const key = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    expect((await ask(authorization({ key }))).status).toBe(200);
  });
});

it("a client without credentials is asked for them", async () => {
  const { status, headers } = await ask("");
  expect([status, headers.get("www-authenticate")]).toEqual([401, expect.stringMatching(/^Basic realm=/)]);
});

describe("refused with 403", () => {
  const withKey = (key: AccessKey) => authorization({ key });
  it.each<[string, string, RegExp]>([
    ["an unknown key", withKey({ ...lasting, accessKeyId: "AKIANOBODY" }), /key AKIANOBODY is not known/],
    ["a wrong secret", withKey({ ...lasting, secretAccessKey: "x" }), /signature .* does not match/],
    ["another region", authorization({ region: "eu-west-1" }), /does not match/],
    ["another repository", authorization({ path: "/v1/repos/other" }), /does not match/],
    ["another host", authorization({ host: "example.com" }), /does not match/],
    ["an old signature", authorization({ minutes: -16 }), /Signature expired/],
    ["an early signature", authorization({ minutes: 16 }), /Signature not yet current/],
    ["a temporary key alone", withKey({ ...lasting, accessKeyId: "ASIATEMPORARY" }), /is temporary/],
    ["a wrong token", withKey({ ...temporary, sessionToken: "x" }), /token .* is invalid/],
    ["a token too many", withKey({ ...lasting, sessionToken: "x" }), /token .* is invalid/],
    ["an expired session", withKey(over), /token .* is expired/],
    [
      "a password",
      basic({ user: "AKIALASTING", password: "secret" }),
      /password is not a time and signature/,
    ],
  ])("%s", async (_, credentials, text) => {
    const refused = await ask(credentials);
    expect([refused.status, refused.headers.get("content-type")]).toEqual([403, "text/plain"]);
    expect(refused.text).toMatch(text);
  });

  it.each([
    ["codecommit:GitPull", "git-upload-pack"],
    ["codecommit:GitPush", "git-receive-pack"],
  ])("a key that is denied %s", async (operation, service) => {
    const fault = simulator.faults.add({ operation, kind: "deny" });
    const { status, text } = await ask(authorization(), `${path}/info/refs?service=${service}`);
    fault.remove();
    expect([status, text]).toEqual([
      403,
      expect.stringMatching(`user/student is not authorized to perform: ${operation} `),
    ]);
  });
});

describe("not found", () => {
  it.each([
    ["the older protocol", `${path}/info/refs`],
    ["a file of a repository", `${path}/HEAD`],
    ["another service", `${path}/info/refs?service=git-upload-archive`],
    ["a path to the outside", "/v1/repos/../../etc/info/refs?service=git-upload-pack"],
    ["a POST that is none", `${path}/git-upload-pack`],
  ])("%s", async (_, resource) => {
    expect((await ask(authorization(), resource)).status).not.toBe(200);
  });

  it("a missing repository", async () => {
    const absent = "/v1/repos/absent";
    const resource = `${absent}/info/refs?service=git-upload-pack`;
    const { status, text } = await ask(authorization({ path: absent }), resource);
    expect([status, text]).toEqual([404, "The repository absent does not exist."]);
  });
});
