import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "./manifest.ts";
import {
  absent,
  answered,
  errorOf,
  imageManifest,
  ociIndex,
  ociManifest,
  pushImage,
  putManifest,
  startEcrWith,
  type TestRegistry,
  testCaller,
} from "./test-registry.support.ts";

let test: TestRegistry;
beforeEach(async () => {
  test = await startEcrWith("customer");
});
afterEach(() => test.close());

const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
const dockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
const config = "{}";
const valid = imageManifest(config, "layer");
const ask = (method: string, reference: string) => test.call(method, `/v2/customer/manifests/${reference}`);
const tags = async (): Promise<string[]> =>
  ((await (await test.call("GET", "/v2/customer/tags/list")).json()) as { tags: string[] }).tags;
const changed = (more: object) => JSON.stringify({ ...JSON.parse(valid), ...more });
const pushParts = () => Promise.all([config, "layer"].map((part) => test.pushBlob("customer", part)));
const indexOf = (digests: string[], mediaType = ociIndex) => {
  const manifests = digests.map((digest) => ({ mediaType: ociManifest, digest, size: 1 }));
  return JSON.stringify({ schemaVersion: 2, mediaType, manifests });
};

it("serves a pushed manifest by tag and by digest, byte for byte", async () => {
  await pushParts();
  const spaced = JSON.stringify({ ...JSON.parse(valid), "x-custom": [1] }, undefined, 3);
  const digest = digestOf(spaced);
  const pushed = await putManifest(test, "customer", "v1", spaced);
  const location = `/v2/customer/manifests/${digest}`;
  expect(answered(pushed, "location", "docker-content-digest")).toEqual([201, location, digest]);
  const names = ["content-type", "docker-content-digest", "content-length"];
  for (const reference of ["v1", digest])
    for (const method of ["GET", "HEAD"]) {
      const response = await ask(method, reference);
      expect(answered(response, ...names)).toEqual([200, ociManifest, digest, String(spaced.length)]);
      expect(await response.text()).toBe(method === "GET" ? spaced : "");
    }
});

it("accepts a manifest by its digest, without a tag", async () => {
  await pushParts();
  expect((await putManifest(test, "customer", digestOf(valid), valid)).status).toBe(201);
  expect(await tags()).toEqual([]);
});

describe("accepts", () => {
  it.each<[string, string, () => string]>([
    ["an image of Docker's types", dockerManifest, () => valid.replaceAll(ociManifest, dockerManifest)],
    ["a list of Docker's type", dockerList, () => indexOf([digestOf(valid)], dockerList)],
    ["an index", ociIndex, () => indexOf([digestOf(valid)])],
    ["an empty index", ociIndex, () => indexOf([])],
    ["a media type with a parameter", `${ociManifest}; charset=utf-8`, () => valid],
    ["an image without layers", ociManifest, () => changed({ layers: [] })],
    ["a manifest without its own mediaType", ociManifest, () => changed({ mediaType: undefined })],
    [
      "a layer that lives elsewhere",
      ociManifest,
      () => {
        const { layers } = JSON.parse(valid);
        const elsewhere = { ...layers[0], digest: absent, urls: ["https://example.com/layer"] };
        return changed({ layers: [...layers, elsewhere] });
      },
    ],
    ["four million bytes", ociManifest, () => changed({ annotations: { large: "A".repeat(3_900_000) } })],
  ])("%s", async (_, mediaType, body) => {
    await pushParts();
    await putManifest(test, "customer", "base", valid);
    const response = await putManifest(test, "customer", "v1", body(), mediaType);
    expect(response.status).toBe(201);
    const pulled = await ask("GET", "v1");
    expect(pulled.headers.get("content-type")).toBe(mediaType.split(";")[0]);
    expect(await pulled.text()).toBe(body());
  });

  it("an index of indexes", async () => {
    await pushImage(test, "customer", "one");
    const inner = indexOf([]);
    await putManifest(test, "customer", "inner", inner, ociIndex);
    const outer = indexOf([digestOf(inner)]);
    expect((await putManifest(test, "customer", "outer", outer, ociIndex)).status).toBe(201);
  });
});

describe("refuses", () => {
  it.each<[string, string, string, string, number, string, string]>([
    ["missing layers", "v1", valid, ociManifest, 404, "MANIFEST_BLOB_UNKNOWN", digestOf("layer")],
    ["an index of missing images", "v1", indexOf([absent]), ociIndex, 404, "MANIFEST_BLOB_UNKNOWN", absent],
    ["another digest", absent, valid, ociManifest, 400, "DIGEST_INVALID", digestOf(valid)],
    ["a malformed digest", "sha256:bad", valid, ociManifest, 400, "DIGEST_INVALID", "sha256:bad"],
    ["a malformed tag", "-v1", valid, ociManifest, 400, "TAG_INVALID", "'-v1'"],
    ["a tag that is too long", "v".repeat(129), valid, ociManifest, 400, "TAG_INVALID", "malformed"],
    ["too much", "v1", " ".repeat(4 * 1024 * 1024 + 1), ociManifest, 413, "SIZE_INVALID", "4194304"],
  ])("%s", async (_, reference, body, mediaType, status, code, message) => {
    const response = await putManifest(test, "customer", reference, body, mediaType);
    expect(await errorOf(response)).toEqual({ status, code, message: expect.stringContaining(message) });
    expect((await ask("GET", "v1")).status).toBe(404);
  });

  it.each([
    ["no JSON", "nonsense", ociManifest, "it is not a JSON object"],
    ["a list", "[]", ociManifest, "it is not a JSON object"],
    ["a foreign media type", `{"schemaVersion":2}`, "text/plain", "text/plain"],
    ["two media types", valid, ociIndex, ociManifest],
    ["schema 1", `{"schemaVersion":1}`, ociManifest, "schemaVersion must be 2"],
    ["a descriptor without a size", valid.replace(`,"size":5`, ""), ociManifest, "layers[0].size"],
    ["a descriptor with a foreign digest", valid.replace("sha256", "sha512"), ociManifest, "config.digest"],
  ])("%s in ECR's words", async (_, body, mediaType, message) => {
    const refused = await errorOf(await putManifest(test, "customer", "v1", body, mediaType));
    expect(refused).toMatchObject({ status: 405, code: "UNSUPPORTED" });
    expect(refused.message).toMatch(
      /^Invalid parameter at 'ImageManifest' failed to satisfy constraint: '.+'$/,
    );
    expect(refused.message).toContain(message);
  });

  it.each([
    ["a missing tag", "GET", "missing", 404, "MANIFEST_UNKNOWN"],
    ["a missing digest", "GET", absent, 404, "MANIFEST_UNKNOWN"],
    ["a malformed digest", "GET", "sha256:baddigeststring", 404, "MANIFEST_UNKNOWN"],
    ["a malformed tag", "GET", ".INVALID", 400, "TAG_INVALID"],
    ["another method", "POST", "v1", 405, "UNSUPPORTED"],
  ])("%s", async (_, method, reference, status, code) => {
    expect(await errorOf(await ask(method, reference))).toMatchObject({ status, code });
  });
});

it("does not move an immutable tag, but accepts the same image again", async () => {
  const immutable = { repositoryName: "customer", imageTagMutability: "IMMUTABLE" } as const;
  await test.ecr.putImageTagMutability?.(immutable, testCaller);
  await pushImage(test, "customer", "v1");
  await pushImage(test, "customer", "v1");
  await expect(pushImage(test, "customer", "v1", "other")).rejects.toThrow(
    "The image tag 'v1' already exists in the 'customer' repository and cannot be overwritten because the tag is immutable.",
  );
});

it("moves a tag, and keeps the image that it left by its digest", async () => {
  const first = await pushImage(test, "customer", "latest", "one");
  const second = await pushImage(test, "customer", "latest", "two");
  expect((await ask("HEAD", "latest")).headers.get("docker-content-digest")).toBe(second);
  expect((await ask("HEAD", first)).status).toBe(200);
});

it("lists tags in order", async () => {
  expect(await tags()).toEqual([]);
  for (const tag of ["c", "a", "d", "B"]) await pushImage(test, "customer", tag);
  expect(await tags()).toEqual(["B", "a", "c", "d"]);
});

describe("deleting", () => {
  const remove = (reference: string) => ask("DELETE", reference);
  const statusOf = async (reference: string) => (await ask("HEAD", reference)).status;

  it("a tag keeps the image and its other tags", async () => {
    const digest = await pushImage(test, "customer", "v1");
    await pushImage(test, "customer", "v2");
    expect((await remove("v1")).status).toBe(202);
    expect([await statusOf("v1"), await statusOf("v2"), await statusOf(digest)]).toEqual([404, 200, 200]);
  });

  it("an image deletes its tags", async () => {
    const digest = await pushImage(test, "customer", "v1");
    expect((await remove(digest)).status).toBe(202);
    expect(await errorOf(await ask("GET", "v1"))).toMatchObject({ status: 404, code: "MANIFEST_UNKNOWN" });
    expect(await tags()).toEqual([]);
  });

  it("an image is refused while an index lists it", async () => {
    const image = await pushImage(test, "customer", "v1");
    const put = await putManifest(test, "customer", "all", indexOf([image]), ociIndex);
    const refused = await remove(image);
    expect(await errorOf(refused)).toMatchObject({
      status: 403,
      code: "DENIED",
      message: expect.stringContaining("referenced by manifest list"),
    });
    expect((await remove(put.headers.get("docker-content-digest") as string)).status).toBe(202);
    expect((await remove(image)).status).toBe(202);
  });

  it.each(["v9", absent])("%s, which does not exist, is refused", async (reference) => {
    expect(await errorOf(await remove(reference))).toMatchObject({ status: 404, code: "MANIFEST_UNKNOWN" });
  });
});
