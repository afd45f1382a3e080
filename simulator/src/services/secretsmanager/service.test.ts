import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createTestEnvironment } from "../../test-environment.support.ts";
import type { Api, AwsClients, Caller } from "../api.ts";
import { secretsmanager } from "./service.ts";

const environment = await createTestEnvironment();
afterAll(() => environment.remove());

let secrets: Api<AwsClients["secretsmanager"]>;
let asService: Api<AwsClients["secretsmanager"]>;
beforeEach(() => {
  const operations = secretsmanager.create(environment).operations as Record<string, unknown> as Record<
    string,
    (input: object, caller: Caller) => unknown
  >;
  const calledBy = (accessKeyId: string) =>
    new Proxy({} as typeof secrets, {
      get: (_, name: string) => async (input: object) =>
        operations[name]?.(input, { accessKeyId, sourceIp: "127.0.0.1" }),
    });
  secrets = calledBy("AKIAEXAMPLE");
  asService = calledBy("in-process");
});

describe("a secret", () => {
  it("is read by name, by ARN and by ARN without the random suffix", async () => {
    const { ARN = "", VersionId } = await secrets.createSecret({ Name: "app/db", SecretString: "coffee" });
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:123456789012:secret:app\/db-[A-Za-z0-9]{6}$/);
    for (const SecretId of ["app/db", ARN, ARN.slice(0, -7)])
      expect(await secrets.getSecretValue({ SecretId })).toMatchObject({
        ARN,
        Name: "app/db",
        SecretString: "coffee",
        VersionId,
        VersionStages: ["AWSCURRENT"],
      });
  });

  it("keeps its previous value under AWSPREVIOUS when it gets a new one", async () => {
    const first = await secrets.createSecret({ Name: "s", SecretString: "1" });
    const second = await secrets.putSecretValue({ SecretId: "s", SecretString: "2" });
    const third = await secrets.updateSecret({ SecretId: "s", SecretString: "3", Description: "the third" });
    const read = async (VersionStage: string) =>
      (await secrets.getSecretValue({ SecretId: "s", VersionStage })).SecretString;
    expect([await read("AWSCURRENT"), await read("AWSPREVIOUS")]).toEqual(["3", "2"]);
    expect((await secrets.getSecretValue({ SecretId: "s", VersionId: first.VersionId })).SecretString).toBe(
      "1",
    );
    expect(await secrets.describeSecret({ SecretId: "s" })).toMatchObject({
      Description: "the third",
      VersionIdsToStages: {
        [third.VersionId ?? ""]: ["AWSCURRENT"],
        [second.VersionId ?? ""]: ["AWSPREVIOUS"],
      },
    });
  });

  it("accepts the same request twice, but not another value under its token", async () => {
    await secrets.createSecret({ Name: "s" });
    const request = {
      SecretId: "s",
      SecretString: "1",
      ClientRequestToken: "11111111-1111-1111-1111-111111111111",
    };
    const first = await secrets.putSecretValue(request);
    expect(await secrets.putSecretValue(request)).toEqual(first);
    await expect(secrets.putSecretValue({ ...request, SecretString: "2" })).rejects.toMatchObject({
      code: "ResourceExistsException",
    });
  });

  it("marked for deletion cannot be read, can be restored, and blocks its name", async () => {
    await secrets.createSecret({ Name: "s", SecretString: "1" });
    await secrets.deleteSecret({ SecretId: "s", RecoveryWindowInDays: 7 });
    const refused = { code: "InvalidRequestException" };
    await expect(secrets.getSecretValue({ SecretId: "s" })).rejects.toMatchObject(refused);
    await expect(secrets.createSecret({ Name: "s" })).rejects.toMatchObject(refused);
    expect((await secrets.listSecrets({})).SecretList).toEqual([]);
    await secrets.restoreSecret({ SecretId: "s" });
    expect((await secrets.getSecretValue({ SecretId: "s" })).SecretString).toBe("1");
  });

  it("deleted without recovery is gone, even if it never existed", async () => {
    await secrets.createSecret({ Name: "s", SecretString: "1" });
    for (const SecretId of ["s", "s", "never"])
      await secrets.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true });
    await expect(secrets.describeSecret({ SecretId: "s" })).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      message: "Secrets Manager can't find the specified secret.",
    });
    await secrets.createSecret({ Name: "s" });
  });

  it("without a value reports which one is missing", async () => {
    await secrets.createSecret({ Name: "s" });
    await expect(secrets.getSecretValue({ SecretId: "s" })).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
  });

  it("of a service has the service's name, which other callers may not use", async () => {
    await asService.createSecret({ Name: "rds!db-1", SecretString: "{}" });
    expect(await secrets.describeSecret({ SecretId: "rds!db-1" })).toMatchObject({ OwningService: "rds" });
    await expect(secrets.createSecret({ Name: "rds!db-2" })).rejects.toThrow("Invalid name");
  });
});

describe("the policy of a secret", () => {
  const statement = { Effect: "Allow", Principal: "*", Action: "secretsmanager:*", Resource: "*" };
  const policy = (more: object = {}) =>
    JSON.stringify({ Version: "2012-10-17", Statement: { ...statement, ...more } });
  const foreign = { Principal: { AWS: "arn:aws:iam::210987654321:role/reads" } };

  it("is kept unchanged until it is deleted", async () => {
    const secret = await secrets.createSecret({ Name: "s" });
    const named = { ARN: secret.ARN, Name: "s" };
    const ResourcePolicy = policy(foreign);
    expect(await secrets.putResourcePolicy({ SecretId: "s", ResourcePolicy })).toEqual(named);
    expect(await secrets.getResourcePolicy({ SecretId: "s" })).toEqual({ ...named, ResourcePolicy });
    expect(await secrets.deleteResourcePolicy({ SecretId: "s" })).toEqual(named);
    expect((await secrets.getResourcePolicy({ SecretId: "s" })).ResourcePolicy).toBeUndefined();
  });

  it.each<[string, string, string]>([
    [
      "that is not JSON",
      "{",
      "MalformedPolicyDocumentException: This resource policy contains a syntax error.",
    ],
    ["with an effect of its own", policy({ Effect: "AllowSomething" }), "contains a syntax error."],
    [
      "for a role that does not exist",
      policy({ Principal: { AWS: "arn:aws:iam::123456789012:role/gone" } }),
      "MalformedPolicyDocumentException: This resource policy contains an unsupported principal.",
    ],
    ["of 20,481 characters", policy().padEnd(20_481), "must have 1 to 20480 characters"],
    ["for everybody", policy(), "PublicPolicyException: The BlockPublicPolicy parameter is set to true"],
    [
      "for everybody under a condition",
      policy({ Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } }),
      "InvalidParameterException: The simulator does not decide whether a Condition limits",
    ],
  ])("%s is refused", async (_, ResourcePolicy, message) => {
    await secrets.createSecret({ Name: "s" });
    const put = secrets.putResourcePolicy({ SecretId: "s", ResourcePolicy, BlockPublicPolicy: true });
    await expect(put.catch(({ code, message }) => `${code}: ${message}`)).resolves.toContain(message);
    expect(await secrets.getResourcePolicy({ SecretId: "s" })).not.toHaveProperty(
      "ResourcePolicy",
      ResourcePolicy,
    );
  });

  it("for everybody is accepted without BlockPublicPolicy, with 20,480 characters", async () => {
    await secrets.createSecret({ Name: "s" });
    await secrets.putResourcePolicy({ SecretId: "s", ResourcePolicy: policy().padEnd(20_480) });
  });
});

describe("secrets", () => {
  it("are listed by page", async () => {
    for (const Name of ["app/one", "app/two", "other"])
      await secrets.createSecret({ Name, Tags: [{ Key: "for", Value: Name }] });
    const first = await secrets.listSecrets({ MaxResults: 2 });
    const second = await secrets.listSecrets({ MaxResults: 2, NextToken: first.NextToken });
    const names = (page: typeof first) => page.SecretList?.map(({ Name }) => Name);
    expect([names(first), names(second), second.NextToken]).toEqual([
      ["app/one", "app/two"],
      ["other"],
      undefined,
    ]);
    await expect(secrets.listSecrets({ NextToken: "nonsense" })).rejects.toMatchObject({
      code: "InvalidNextTokenException",
    });
  });
});

describe("refused requests", () => {
  it.each([
    ["a value too large", { Name: "s", SecretString: "x".repeat(65_537) }, /65536 bytes/],
    ["a name with blanks", { Name: "my secret" }, /Invalid name/],
    [
      "replication",
      { Name: "s", AddReplicaRegions: [{ Region: "eu-west-1" }] },
      /does not support AddReplicaRegions/,
    ],
  ])("%s", async (_, input, message) => {
    await expect(secrets.createSecret(input)).rejects.toThrow(message);
    expect((await secrets.listSecrets({})).SecretList).toEqual([]);
  });
});

describe("a random password", () => {
  it("has every requested type of character, and none that is excluded", async () => {
    const { RandomPassword = "" } = await secrets.getRandomPassword({
      PasswordLength: 8,
      ExcludeCharacters: "/@\"'\\",
      ExcludePunctuation: true,
    });
    expect(RandomPassword).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{8}$/);
  });

  it("that cannot be created is refused", async () => {
    await expect(secrets.getRandomPassword({ PasswordLength: 2 })).rejects.toThrow("No password of length 2");
  });
});
