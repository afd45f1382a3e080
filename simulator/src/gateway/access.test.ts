import { request as httpRequest } from "node:http";
import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ECS } from "@aws-sdk/client-ecs";
import { IAM } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcome } from "../kit/calls.support.ts";
import { startTestSimulator } from "../test-simulator.support.ts";

const temporary = { accessKeyId: "ASIATEMPORARY", secretAccessKey: "temporary", sessionToken: "a+to/ken=" };

const simulator = await startTestSimulator({ accessKeys: [temporary] });
afterAll(() => simulator.close());

type Credentials = Partial<typeof temporary>;
const config = (credentials: Credentials = {}) => {
  const { clientConfig } = simulator;
  return {
    ...clientConfig,
    maxAttempts: 1,
    forcePathStyle: true,
    credentials: { ...clientConfig.credentials, ...credentials },
  };
};

/** A call in each protocol. */
const calls: Record<string, (credentials?: Credentials) => Promise<unknown>> = {
  ecs: (given) => new ECS(config(given)).listClusters({}),
  cloudwatch: (given) => new CloudWatch(config(given)).listMetrics({}),
  sts: (given) => new STS(config(given)).getCallerIdentity({}),
  ec2: (given) => new EC2(config(given)).describeVpcs({}),
  lambda: (given) => new Lambda(config(given)).listFunctions({}),
  s3: (given) => new S3(config(given)).listBuckets({}),
};
const outcomeOf = (service: string, credentials?: Credentials) =>
  outcome(calls[service]?.(credentials) ?? Promise.reject(new Error(service)));

describe("a call is performed when it is signed with a known key, and otherwise refused in AWS's words", () => {
  it.each([
    ["ecs", "UnrecognizedClientException 400", "InvalidSignatureException 400"],
    ["cloudwatch", "UnrecognizedClientException 400", "InvalidSignatureException 400"],
    ["sts", "InvalidClientTokenId 403", "SignatureDoesNotMatch 403"],
    ["ec2", "AuthFailure 401", "AuthFailure 401"],
    ["lambda", "UnrecognizedClientException 403", "InvalidSignatureException 403"],
    ["s3", "InvalidAccessKeyId 403", "SignatureDoesNotMatch 403"],
  ])("%s", async (service, unknownKey, wrongSignature) => {
    expect(await outcomeOf(service)).toBe("performed");
    expect(await outcomeOf(service, temporary)).toBe("performed");
    expect(await outcomeOf(service, { accessKeyId: "AKIASOMEBODY" })).toBe(unknownKey);
    expect(await outcomeOf(service, { secretAccessKey: "guessed" })).toBe(wrongSignature);
    expect(await outcomeOf(service, { ...temporary, sessionToken: "another" })).toBe(unknownKey);
  });

  it("however its path and query are written", async () => {
    const s3 = new S3(config());
    const Bucket = "menus";
    const Key = "a b/ü+~*'(){}/%41/c?d";
    await s3.createBucket({ Bucket });
    await s3.putObject({ Bucket, Key, Body: "espresso", Metadata: { note: "two  blanks" } });
    expect(await (await s3.getObject({ Bucket, Key })).Body?.transformToString()).toBe("espresso");
    const { Contents } = await s3.listObjectsV2({ Bucket, Prefix: "a b/ü+~*'(" });
    expect(Contents?.map((each) => each.Key)).toEqual([Key]);
    const lambda = new Lambda(config());
    const FunctionName = "arn:aws:lambda:us-east-1:123456789012:function:none";
    await expect(lambda.getFunction({ FunctionName })).rejects.toThrow(/Function not found/);
  });

  it("not with another body than the signed one", async () => {
    const ecs = new ECS(config());
    ecs.middlewareStack.add(
      (next) => (args) => {
        Object.assign(args.request as object, { body: '{"clusterName":"foe"}' });
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    await expect(ecs.createCluster({ clusterName: "own" })).rejects.toMatchObject({
      name: "InvalidSignatureException",
    });
    expect((await new ECS(config()).listClusters({})).clusterArns).toEqual([]);
  });
});

describe("a request signed for another region is refused by", () => {
  const elsewhere = { ...config(), region: "eu-west-1" };

  it.each<[string, () => Promise<unknown>, string]>([
    ["ECS", () => new ECS(elsewhere).listClusters({}), "InvalidSignatureException"],
    ["CloudFormation", () => new CloudFormation(elsewhere).listStacks({}), "SignatureDoesNotMatch"],
    ["EC2", () => new EC2(elsewhere).describeVpcs({}), "SignatureDoesNotMatch"],
    ["S3", () => new S3(elsewhere).getBucketLocation({ Bucket: "menus" }), "AuthorizationHeaderMalformed"],
  ])("%s", async (_, call, name) => {
    await expect(call()).rejects.toMatchObject({ name, message: expect.stringContaining("eu-west-1") });
  });

  it("no service shared by all regions", async () => {
    expect((await new STS(elsewhere).getCallerIdentity({})).Account).toBe("123456789012");
    const roles = await new IAM(elsewhere).listRoles({});
    expect(roles.Roles).toEqual((await new IAM(config()).listRoles({})).Roles);
  });
});

it("each start has a different secret", async () => {
  const other = await startTestSimulator();
  const { AWS_SECRET_ACCESS_KEY: secret } = other.environmentVariables;
  await other.close();
  expect(secret).toMatch(/^[\w+/]{40}$/);
  expect(secret).not.toBe(simulator.environmentVariables.AWS_SECRET_ACCESS_KEY);
});

/** Resolves to status and text. */
function get(path: string, headers: Record<string, string>): Promise<[number | undefined, string]> {
  return new Promise((resolve, reject) => {
    httpRequest(simulator.endpoint + path, { headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve([response.statusCode, text]));
    })
      .on("error", reject)
      .end();
  });
}

describe("the root, once there is a page that shows the account", () => {
  beforeAll(() => simulator.showPage("http://127.0.0.1:4567"));

  it("leads a browser to the page", async () => {
    const response = await fetch(simulator.endpoint, {
      headers: { accept: "text/html" },
      redirect: "manual",
    });
    expect([response.status, response.headers.get("location")]).toEqual([302, "http://127.0.0.1:4567"]);
  });

  it("is still S3's for its clients", async () => {
    const { Buckets } = await new S3(config()).listBuckets({});
    expect(Buckets).toBeDefined();
  });
});

describe.each(["/", "/v2/", "/v1/repos/menu/info/refs?service=git-upload-pack", "/bucket/key"])(
  "%s",
  (path) => {
    const host = "127.0.0.1:4566";
    const fetched = (site: string) => ({ "sec-fetch-site": site });

    it.each([
      ["of a name that resolves to it", { host: "coffee.example:4566" }, 'no host "coffee.example:4566"'],
      ["with a name like a local one", { host: "localhost.coffee.example" }, "Fix: use one of 127.0.0.1"],
      ["of another site", { host, origin: "https://coffee.example" }, "pages of other sites"],
      ["of another port", { host, origin: "http://127.0.0.1:8080" }, "pages of other sites"],
      ["of a sandbox", { host, origin: "null" }, "pages of other sites"],
      ["of another site without an origin", { host, ...fetched("cross-site") }, "pages of other sites"],
      ["of another port without an origin", { host, ...fetched("same-site") }, "pages of other sites"],
    ])("refuses a page %s", async (_, headers, message) => {
      const [status, text] = await get(path, headers);
      expect(status).toBe(403);
      expect(text).toContain(message);
    });

    it.each(["127.0.0.1", "localhost:4566", "LOCALHOST", "[::1]:4566"])(
      "accepts requests to %s",
      async (name) => {
        const [, text] = await get(path, { host: name, ...fetched("none") });
        expect(text).not.toMatch(/This server/);
      },
    );
  },
);

it("the registry's passwords and public tokens cannot be forged", async () => {
  const { authorizationData } = await new ECR(config()).getAuthorizationToken({});
  const password = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64")
    .toString()
    .slice(4);
  const [claims = ""] = password.split(".");
  const forged = `${claims}.${Buffer.alloc(32).toString("base64url")}`;
  const authorization = (text: string) => `Basic ${Buffer.from(`AWS:${text}`).toString("base64")}`;
  expect((await get("/v2/", { authorization: authorization(password) }))[0]).toBe(200);
  expect((await get("/v2/", { authorization: authorization(forged) }))[0]).toBe(401);
});
