import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "./manifest.ts";
import {
  absent,
  answered,
  ociIndex,
  ociManifest,
  pushImage,
  putManifest,
  startEcrWith,
  startPlainRegistry,
  type TestRegistry,
} from "./test-registry.support.ts";

let test: TestRegistry;
beforeEach(async () => {
  test = await startEcrWith("customer");
});
afterEach(() => test.close());

describe("pull", () => {
  it("returns the configuration and the layers on disk", async () => {
    const digest = await pushImage(test, "customer", "v1");
    const inAws = "123456789012.dkr.ecr.eu-west-3.amazonaws.com";
    for (const reference of [
      `${test.host}/customer:v1`,
      `${test.host}/customer@${digest}`,
      `${inAws}/customer:v1`,
    ]) {
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
    ["210987654321.dkr.ecr.us-east-1.amazonaws.com/customer:v1", "403 Forbidden"],
    [
      "public.ecr.aws/docker/library/node:24",
      `Head "https://public.ecr.aws/v2/docker/library/node/manifests/24": the simulator reaches no registry but its own, HOST`,
    ],
  ])("reports why %s cannot be pulled", async (reference, message) => {
    const here = (text: string) => text.replaceAll("HOST", test.host);
    await expect(test.registry.pull(here(reference))).rejects.toThrow(here(message));
  });

  it.each([
    ["nginx:1", "docker.io/library/nginx"],
    [
      "210987654321.dkr.ecr.us-east-1.amazonaws.com/app:1",
      "210987654321.dkr.ecr.us-east-1.amazonaws.com/app",
    ],
  ])(
    "pulls %s of another registry from a repository with the name of its host",
    async (image, repository) => {
      await test.close();
      test = await startEcrWith(repository);
      await pushImage(test, repository, "1");
      expect(await test.registry.pull(image)).toMatchObject({ name: `${test.host}/${repository}` });
    },
  );
});

describe("a plain registry", () => {
  let plain: Awaited<ReturnType<typeof startPlainRegistry>>;
  beforeEach(async () => {
    plain = await startPlainRegistry();
  });
  afterEach(() => plain.close());

  it("creates a repository with its first push, and mounts blobs from another", async () => {
    const digest = await pushImage(plain, "some/where", "v1");
    const response = await plain.call("GET", "/v2/some/where/manifests/v1");
    expect(digestOf(await response.text())).toBe(digest);
    const blob = digestOf("layer");
    const mount = (wanted: string) =>
      plain.call("POST", `/v2/else/blobs/uploads/?mount=${wanted}&from=some/where`);
    expect(answered(await mount(blob), "location")).toEqual([201, `/v2/else/blobs/${blob}`]);
    expect(answered(await mount(digestOf("?")), "location")).toEqual([202, expect.any(String)]);
  });

  it("refuses a malformed name", async () => {
    const response = await plain.call("POST", "/v2/Not-A-Name/blobs/uploads/");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ code: "NAME_INVALID" }] });
  });
});
