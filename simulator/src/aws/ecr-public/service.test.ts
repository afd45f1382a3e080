import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../planes/registry/digest.ts";
import {
  createCalls,
  errorOf,
  pushImage,
  startTestRegistry,
  type TestRegistry,
} from "../../planes/registry/test-registry.support.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import { createEcrPublic } from "./service.ts";

let test: TestRegistry;
// biome-ignore lint/suspicious/noExplicitAny: the answers' shapes are what the tests check
let call: (operation: string, input?: object) => Promise<any>;
let port: number;
beforeEach(async () => {
  test = await startTestRegistry();
  port = Number(test.host.split(":")[1]);
  const { remove, ...environment } = await createTestEnvironment({
    registry: test.registry,
    gateway: { host: "127.0.0.1", port },
  });
  await remove();
  const operations = createEcrPublic(environment).operations as Record<
    string,
    (...input: object[]) => unknown
  >;
  call = async (operation, input = {}) =>
    operations[operation]?.(input, { accessKeyId: "test", sourceIp: "127.0.0.1" });
  await call("createRepository", { repositoryName: "customer" });
});
afterEach(() => test.close());

const customer = { repositoryName: "customer" };
const arn = "arn:aws:ecr-public::123456789012:repository/customer";
const refusal = (code: string, message: string) => ({ code, message: expect.stringContaining(message) });

/** Returns the token service's token for a login, or without one. */
async function tokenFor(login?: string): Promise<string> {
  const url = `http://localhost:${port}/v2/token/?service=public.ecr.aws&scope=aws`;
  const response = await fetch(url, login ? { headers: { authorization: `Basic ${login}` } } : {});
  expect(response.status).toBe(200);
  return ((await response.json()) as { token: string }).token;
}

const loggedIn = async () => {
  const { authorizationData } = await call("getAuthorizationToken");
  return createCalls(`localhost:${port}`, `Bearer ${await tokenFor(authorizationData.authorizationToken)}`);
};
const anonymous = async () => createCalls(`localhost:${port}`, `Bearer ${await tokenFor()}`);
const nameOfImages = async () => {
  const { repositories } = await call("describeRepositories", { repositoryNames: ["customer"] });
  return repositories[0].repositoryUri.replace(`localhost:${port}/`, "");
};

describe("the registry", () => {
  it("is described, with the alias in the names of its images", async () => {
    const { registries } = await call("describeRegistries");
    const [{ registryUri, aliases }] = registries;
    expect(aliases).toMatchObject([{ status: "ACTIVE", primaryRegistryAlias: true }]);
    expect(registryUri).toBe(`localhost:${port}/${aliases[0].name}`);
    const { repositories } = await call("describeRepositories");
    expect(repositories).toEqual([
      {
        repositoryArn: arn,
        registryId: "123456789012",
        repositoryName: "customer",
        repositoryUri: `${registryUri}/customer`,
        createdAt: expect.any(Date),
      },
    ]);
  });

  it("lets everybody pull, and whoever is logged in push", async () => {
    const name = await nameOfImages();
    const digest = await pushImage(await loggedIn(), name, "v1");
    const guest = await anonymous();
    const pulled = await guest.call("GET", `/v2/${name}/manifests/v1`);
    expect(digestOf(await pulled.text())).toBe(digest);
    const pushed = await guest.call("POST", `/v2/${name}/blobs/uploads/`);
    expect(await errorOf(pushed)).toEqual({ status: 403, code: "DENIED", message: "Not Authorized" });
    expect((await test.registry.pull(`localhost:${port}/${name}:v1`)).digest).toBe(digest);
  });

  it("does not let everybody pull from an account's own repositories", async () => {
    await test.ecr.createRepository?.({ repositoryName: "own" }, { accessKeyId: "", sourceIp: "" });
    const { call: ask } = await anonymous();
    expect((await errorOf(await ask("GET", "/v2/own/manifests/v1"))).code).toBe("DENIED");
  });

  it("asks for a token, and for a new one when that is over", async () => {
    const challenged = await fetch(`http://localhost:${port}/v2/`);
    expect([challenged.status, challenged.headers.get("www-authenticate")]).toEqual([
      401,
      `Bearer realm="http://localhost:${port}/v2/token/",service="public.ecr.aws",scope="aws"`,
    ]);
    const message = "Your authorization token has expired. Reauthenticate and try again.";
    const over = test.registry.issueToken(new Date(Date.now() - 1));
    const { call: ask } = createCalls(`localhost:${port}`, `Bearer ${over}`);
    expect(await errorOf(await ask("GET", "/v2/"))).toEqual({ status: 400, code: "DENIED", message });
    const basic = `Basic ${Buffer.from(`AWS:${over}`).toString("base64")}`;
    const login = await fetch(`http://localhost:${port}/v2/token/`, { headers: { authorization: basic } });
    expect(await errorOf(login)).toEqual({ status: 403, code: "DENIED", message });
    const wrong = `Basic ${Buffer.from("AWS:wrong").toString("base64")}`;
    const refused = await fetch(`http://localhost:${port}/v2/token/`, { headers: { authorization: wrong } });
    expect(refused.status).toBe(401);
  });
});

describe("images", () => {
  it("are described by image and by tag, and deleted", async () => {
    const imageDigest = await pushImage(await loggedIn(), await nameOfImages(), "v1", "four");
    expect((await call("describeImages", customer)).imageDetails).toMatchObject([
      { imageDigest, imageTags: ["v1"], imageSizeInBytes: 4, repositoryName: "customer" },
    ]);
    expect((await call("describeImageTags", customer)).imageTagDetails).toMatchObject([
      { imageTag: "v1", imageDetail: { imageDigest, imageSizeInBytes: 4 } },
    ]);
    const imageIds = [{ imageTag: "v1" }];
    await expect(call("deleteRepository", customer)).rejects.toMatchObject(
      refusal("RepositoryNotEmptyException", "still contains images"),
    );
    expect(await call("batchDeleteImage", { ...customer, imageIds })).toEqual({
      imageIds: [{ imageDigest, imageTag: "v1" }],
      failures: [],
    });
    await expect(call("describeImages", { ...customer, imageIds })).rejects.toMatchObject(
      refusal("ImageNotFoundException", "imageTag:'v1'"),
    );
  });

  it("go with their repository", async () => {
    const name = await nameOfImages();
    const client = await loggedIn();
    await pushImage(client, name, "v1");
    await call("deleteRepository", { ...customer, force: true });
    expect((await client.call("GET", `/v2/${name}/manifests/v1`)).status).toBe(404);
    await expect(call("describeImages", customer)).rejects.toMatchObject(
      refusal("RepositoryNotFoundException", "'customer' does not exist"),
    );
  });
});

it("keeps tags, catalog data and a policy", async () => {
  await call("tagResource", { resourceArn: arn, tags: [{ Key: "team", Value: "coffee" }] });
  await call("untagResource", { resourceArn: arn, tagKeys: ["other"] });
  expect(await call("listTagsForResource", { resourceArn: arn })).toEqual({
    tags: [{ Key: "team", Value: "coffee" }],
  });
  const catalogData = { description: "Coffee", architectures: ["x86-64"] };
  await call("putRepositoryCatalogData", { ...customer, catalogData });
  expect(await call("getRepositoryCatalogData", customer)).toEqual({ catalogData });
  const statement = { Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
  const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await call("setRepositoryPolicy", { ...customer, policyText });
  expect(await call("getRepositoryPolicy", customer)).toMatchObject({ policyText });
  await call("deleteRepositoryPolicy", customer);
});

it.each([
  ["createRepository", customer, "RepositoryAlreadyExistsException", "'customer' already exists"],
  ["createRepository", { repositoryName: "Customer" }, "InvalidParameterException", "regular expression"],
  [
    "createRepository",
    { repositoryName: "logo", catalogData: { logoImageBlob: new Uint8Array(1) } },
    "InvalidParameterException",
    "logoImageBlob",
  ],
  ["describeRepositories", { registryId: "nobody" }, "RegistryNotFoundException", "'nobody'"],
  ["describeRepositories", { repositoryNames: ["gone"] }, "RepositoryNotFoundException", "'gone'"],
  ["getRepositoryPolicy", customer, "RepositoryPolicyNotFoundException", "'customer'"],
  ["getRepositoryCatalogData", customer, "RepositoryCatalogDataNotFoundException", "'customer'"],
  ["tagResource", { resourceArn: "arn:aws:ecr:x", tags: [] }, "InvalidParameterException", "ARN"],
])("refuses %s %j with %s", async (operation, input, code, message) => {
  await expect(call(operation, input)).rejects.toMatchObject(refusal(code, message));
});
