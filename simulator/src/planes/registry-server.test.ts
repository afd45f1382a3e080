import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "./registry/digest.ts";
import {
  imageManifest,
  ociIndex,
  ociManifest,
  pushImage,
  putManifest,
  startTestRegistry,
  type TestRegistry,
} from "./registry/start-test-registry.ts";

const run = promisify(execFile);
let test: TestRegistry;

beforeEach(async () => {
  test = await startTestRegistry();
  await test.ecr.createRepository?.({ repositoryName: "customer" }, caller);
});
afterEach(() => test.close());

const caller = { accessKeyId: "test", sourceIp: "127.0.0.1" };
const absent = `sha256:${"0".repeat(64)}`;

async function errorOf(response: Response) {
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  return { status: response.status, ...errors[0] };
}

describe("authorization", () => {
  it.each([
    ["no credentials", {}],
    ["another user", { authorization: `Basic ${Buffer.from("root:secret").toString("base64")}` }],
    ["a made-up token", { authorization: `Basic ${Buffer.from("AWS:e30.AAAA").toString("base64")}` }],
  ])("challenges %s", async (_, headers) => {
    const response = await fetch(`http://${test.host}/v2/`, { headers: headers as Record<string, string> });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      `Basic realm="http://${test.host}/",service="ecr.amazonaws.com"`,
    );
  });

  it("refuses an expired token with the next step", async () => {
    const password = test.registry.issueToken(new Date(Date.now() - 1));
    const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
    expect(await errorOf(await test.call("GET", "/v2/", { headers: { authorization } }))).toEqual({
      status: 403,
      code: "DENIED",
      message: "Your authorization token has expired. Reauthenticate and try again.",
    });
  });

  it("takes the token that ECR gives", async () => {
    const answer = await test.ecr.getAuthorizationToken?.({}, caller);
    const data = answer?.authorizationData?.[0];
    const authorization = `Basic ${data?.authorizationToken}`;
    const response = await fetch(`${data?.proxyEndpoint}/v2/`, { headers: { authorization } });
    expect(response.status).toBe(200);
    expect(response.headers.get("docker-distribution-api-version")).toBe("registry/2.0");
  });
});

describe("blobs", () => {
  it("takes a blob in chunks, tells how far it is, and serves it whole and in part", async () => {
    const digest = digestOf("hello world");
    const started = await test.call("POST", "/v2/customer/blobs/uploads/");
    expect(started.status).toBe(202);
    const location = started.headers.get("location") as string;
    const first = await test.call("PATCH", location, { body: "hello", headers: { "Content-Range": "0-4" } });
    expect([first.status, first.headers.get("range")]).toEqual([202, "0-4"]);
    const outOfOrder = await test.call("PATCH", location, { body: "x", headers: { "Content-Range": "9-9" } });
    expect([outOfOrder.status, outOfOrder.headers.get("range")]).toEqual([416, "0-4"]);
    expect((await test.call("GET", location)).status).toBe(204);
    const done = await test.call("PUT", `${location}?digest=${digest}`, { body: " world" });
    expect([done.status, done.headers.get("location")]).toEqual([201, `/v2/customer/blobs/${digest}`]);

    const head = await test.call("HEAD", `/v2/customer/blobs/${digest}`);
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "11"]);
    const whole = await test.call("GET", `/v2/customer/blobs/${digest}`);
    expect(await whole.text()).toBe("hello world");
    const range = { headers: { Range: "bytes=6-" } };
    const part = await test.call("GET", `/v2/customer/blobs/${digest}`, range);
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      "bytes 6-10/11",
      "world",
    ]);
    const beyond = { headers: { Range: "bytes=99-" } };
    expect((await test.call("GET", `/v2/customer/blobs/${digest}`, beyond)).status).toBe(416);
  });

  it("keeps nothing of a blob whose digest is another one", async () => {
    const response = await test.call("POST", `/v2/customer/blobs/uploads/?digest=${absent}`, {
      body: "hello",
    });
    expect(await errorOf(response)).toMatchObject({ status: 400, code: "DIGEST_INVALID" });
    expect((await test.call("HEAD", `/v2/customer/blobs/${absent}`)).status).toBe(404);
    expect(await readdir(join(test.directory, "uploads"))).toEqual([]);
    expect(await readdir(join(test.directory, "blobs", "sha256"))).toEqual([]);
  });

  it("forgets a cancelled upload", async () => {
    const location = (await test.call("POST", "/v2/customer/blobs/uploads/")).headers.get(
      "location",
    ) as string;
    expect((await test.call("DELETE", location)).status).toBe(204);
    expect(await errorOf(await test.call("PATCH", location, { body: "x" }))).toMatchObject({
      status: 404,
      code: "BLOB_UPLOAD_UNKNOWN",
    });
  });

  it("mounts from another repository only when the account allows it", async () => {
    await test.ecr.createRepository?.({ repositoryName: "employee" }, caller);
    const digest = await test.pushBlob("customer", "shared");
    const path = `/v2/employee/blobs/uploads/?mount=${digest}&from=customer`;
    expect((await test.call("POST", path)).status).toBe(202);
    await test.ecr.putAccountSetting?.({ name: "BLOB_MOUNTING", value: "ENABLED" }, caller);
    expect((await test.call("POST", path)).status).toBe(201);
    expect((await test.call("HEAD", `/v2/employee/blobs/${digest}`)).status).toBe(200);
    await test.ecr.deleteRepository?.({ repositoryName: "customer" }, caller);
    expect(await (await test.call("GET", `/v2/employee/blobs/${digest}`)).text()).toBe("shared");
  });
});

describe("manifests", () => {
  it("serves what was pushed by tag and by digest, byte for byte", async () => {
    const digest = await pushImage(test, "customer", "v1");
    for (const reference of ["v1", digest]) {
      const response = await test.call("GET", `/v2/customer/manifests/${reference}`);
      expect(response.headers.get("content-type")).toBe(ociManifest);
      expect(response.headers.get("docker-content-digest")).toBe(digest);
      expect(digestOf(await response.text())).toBe(digest);
    }
  });

  const config = "{}";
  const valid = imageManifest(config, "layer");
  it.each([
    [
      "an unknown repository",
      "nobody",
      "v1",
      valid,
      ociManifest,
      404,
      "NAME_UNKNOWN",
      "name 'nobody' does not exist in the registry with id '123456789012'",
    ],
    ["missing layers", "customer", "v1", valid, ociManifest, 404, "MANIFEST_BLOB_UNKNOWN", digestOf("layer")],
    ["another digest", "customer", absent, valid, ociManifest, 400, "DIGEST_INVALID", digestOf(valid)],
    ["no JSON", "customer", "v1", "nonsense", ociManifest, 400, "MANIFEST_INVALID", "not a JSON object"],
    [
      "a foreign media type",
      "customer",
      "v1",
      `{"schemaVersion":2}`,
      "text/plain",
      400,
      "MANIFEST_INVALID",
      "text/plain",
    ],
    ["two media types", "customer", "v1", valid, ociIndex, 400, "MANIFEST_INVALID", ociManifest],
    ["a malformed tag", "customer", "-v1", valid, ociManifest, 400, "TAG_INVALID", "'-v1'"],
  ])("refuses %s", async (_, repository, reference, body, mediaType, status, code, message) => {
    const error = await errorOf(await putManifest(test, repository, reference, body, mediaType));
    expect(error).toEqual({ status, code, message: expect.stringContaining(message) });
  });

  it("does not move an immutable tag, but takes the same image again", async () => {
    await test.ecr.putImageTagMutability?.(
      { repositoryName: "customer", imageTagMutability: "IMMUTABLE" },
      caller,
    );
    await pushImage(test, "customer", "v1");
    await pushImage(test, "customer", "v1");
    await expect(pushImage(test, "customer", "v1", "other")).rejects.toThrow(
      "The image tag 'v1' already exists in the 'customer' repository and cannot be overwritten because the tag is immutable.",
    );
  });

  it("lists tags page by page", async () => {
    for (const tag of ["c", "a", "b"]) await pushImage(test, "customer", tag);
    const first = await test.call("GET", "/v2/customer/tags/list?n=2");
    expect(await first.json()).toEqual({ name: "customer", tags: ["a", "b"] });
    const link = /<(.+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] as string;
    const second = await test.call("GET", link);
    expect(await second.json()).toEqual({ name: "customer", tags: ["c"] });
    expect(second.headers.get("link")).toBeNull();
  });

  it("deletes an image by digest", async () => {
    const digest = await pushImage(test, "customer", "v1");
    expect((await test.call("DELETE", `/v2/customer/manifests/${digest}`)).status).toBe(202);
    expect(await errorOf(await test.call("GET", "/v2/customer/manifests/v1"))).toMatchObject({
      status: 404,
      code: "MANIFEST_UNKNOWN",
    });
  });
});

describe("pull", () => {
  it("gives the configuration and the layers on disk", async () => {
    const digest = await pushImage(test, "customer", "v1");
    for (const reference of [`${test.host}/customer:v1`, `${test.host}/customer@${digest}`]) {
      const image = await test.registry.pull(reference);
      expect(image).toMatchObject({ digest, config: { os: "linux", config: { Entrypoint: ["node"] } } });
      expect(await readFile(image.layers[0]?.path as string, "utf8")).toBe("layer");
    }
  });

  it("chooses the platform from an index", async () => {
    const amd64 = await pushImage(test, "customer", "amd64");
    const s390x = await pushImage(test, "customer", "s390x", "big iron");
    const entry = (digest: string, architecture: string) => {
      return { mediaType: ociManifest, digest, size: 1, platform: { os: "linux", architecture } };
    };
    const index = (manifests: object[]) =>
      JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests });
    const both = index([entry(s390x, "s390x"), entry(amd64, "amd64")]);
    expect((await putManifest(test, "customer", "both", both, ociIndex)).status).toBe(201);
    expect((await test.registry.pull(`${test.host}/customer:both`)).digest).toBe(amd64);
    await putManifest(test, "customer", "foreign", index([entry(s390x, "s390x")]), ociIndex);
    await expect(test.registry.pull(`${test.host}/customer:foreign`)).rejects.toThrow(
      "CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'",
    );
  });

  it.each([
    ["HOST/customer:gone", "failed to resolve ref HOST/customer:gone: not found"],
    ["HOST/nobody", "failed to resolve ref HOST/nobody:latest: not found"],
    [`HOST/customer:v1@${absent}`, `failed to resolve ref HOST/customer:v1@${absent}: not found`],
    [
      "customer",
      `failed to resolve ref docker.io/library/customer:latest: failed to do request: Head "https://registry-1.docker.io/v2/library/customer/manifests/latest"`,
    ],
    [
      "public.ecr.aws/docker/library/node:24",
      `Head "https://public.ecr.aws/v2/docker/library/node/manifests/24": the simulator reaches no registry but its own, HOST`,
    ],
  ])("says why %s cannot be pulled", async (reference, message) => {
    const here = (text: string) => text.replaceAll("HOST", test.host);
    await expect(test.registry.pull(here(reference))).rejects.toThrow(here(message));
  });
});

it("serves skopeo: push, inspect, copy back", async () => {
  const digest = await pushImage(test, "customer", "v1");
  const image = `docker://${test.host}/customer`;
  const creds = `AWS:${test.password}`;
  const skopeo = async (...args: string[]) => (await run("skopeo", args)).stdout;
  const layout = join(test.directory, "layout");
  await skopeo("copy", "--src-tls-verify=false", "--src-creds", creds, `${image}:v1`, `dir:${layout}`);
  const back = ["--dest-tls-verify=false", "--dest-creds", creds, `dir:${layout}`, `${image}:v2`];
  await skopeo("copy", ...back);
  const docker = ["--dest-tls-verify=false", "--dest-creds", creds, "--format", "v2s2"];
  await skopeo("copy", ...docker, `dir:${layout}`, `${image}:docker`);
  const inspect = ["inspect", "--tls-verify=false", "--creds", creds, `${image}:v2`];
  expect(JSON.parse(await skopeo(...inspect))).toMatchObject({
    Digest: digest,
    RepoTags: ["docker", "v1", "v2"],
    Architecture: "amd64",
  });
});
