import { afterEach, beforeEach, expect, it } from "vitest";
import { digestOf } from "./manifest.ts";
import {
  absent,
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

const configType = "application/vnd.oci.image.config.v1+json";
const about = (subject: string) => ({ subject: { mediaType: ociManifest, digest: subject, size: 123 } });

/** Pushes by digest a manifest about `subject`; returns it with the response. */
async function pushAbout(subject: string, more: object = {}) {
  for (const part of ["{}", "signature"]) await test.pushBlob("customer", part);
  const body = imageManifest("{}", "signature", { ...about(subject), ...more });
  return { body, response: await putManifest(test, "customer", digestOf(body), body) };
}

const referrers = (digest: string, query = "") =>
  test.call("GET", `/v2/customer/referrers/${digest}${query}`);
const listed = async (response: Response) => ((await response.json()) as { manifests: object[] }).manifests;

it("lists no referrers of a manifest without any, whether it exists or not", async () => {
  for (const digest of [absent, await pushImage(test, "customer", "v1")]) {
    const response = await referrers(digest);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, ociIndex]);
    expect(await response.json()).toEqual({ schemaVersion: 2, mediaType: ociIndex, manifests: [] });
  }
});

it("accepts a manifest about a missing one, reports it, and lists it", async () => {
  const { body, response } = await pushAbout(absent, {
    artifactType: "application/vnd.example.sbom",
    annotations: { "org.example": "hello" },
  });
  expect([response.status, response.headers.get("oci-subject")]).toEqual([201, absent]);
  expect(await listed(await referrers(absent))).toEqual([
    {
      mediaType: ociManifest,
      digest: digestOf(body),
      size: body.length,
      artifactType: "application/vnd.example.sbom",
      annotations: { "org.example": "hello" },
    },
  ]);
});

it("reports no subject where there is none", async () => {
  await pushAbout(absent);
  const plain = imageManifest("{}", "signature");
  expect((await putManifest(test, "customer", "plain", plain)).headers.has("oci-subject")).toBe(false);
});

it("knows an image without artifactType by its configuration's type, and an index by none", async () => {
  const subject = await pushImage(test, "customer", "v1");
  await pushAbout(subject);
  const index = JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests: [], ...about(subject) });
  expect((await putManifest(test, "customer", "index", index, ociIndex)).headers.get("oci-subject")).toBe(
    subject,
  );
  const [image, list] = await listed(await referrers(subject));
  expect(image).toMatchObject({ artifactType: configType });
  expect(list).toEqual({ mediaType: ociIndex, digest: digestOf(index), size: index.length });
});

it("lists those of one artifact type", async () => {
  for (const artifactType of ["application/vnd.example.sbom", "application/vnd.example.signature"])
    await pushAbout(absent, { artifactType });
  const all = await referrers(absent);
  expect(all.headers.has("oci-filters-applied")).toBe(false);
  expect(await listed(all)).toHaveLength(2);
  const some = await referrers(absent, `?artifactType=${encodeURIComponent("application/vnd.example.sbom")}`);
  expect(some.headers.get("oci-filters-applied")).toBe("artifactType");
  expect(await listed(some)).toMatchObject([{ artifactType: "application/vnd.example.sbom" }]);
  expect(await listed(await referrers(absent, "?artifactType=application/other"))).toEqual([]);
});

it("does not list a deleted one", async () => {
  const { body } = await pushAbout(absent);
  expect((await test.call("DELETE", `/v2/customer/manifests/${digestOf(body)}`)).status).toBe(202);
  expect(await listed(await referrers(absent))).toEqual([]);
});

it("refuses a malformed digest", async () => {
  expect(await errorOf(await referrers("sha256:bad"))).toMatchObject({ status: 400, code: "DIGEST_INVALID" });
});

it("refuses a malformed subject", async () => {
  const { response } = await pushAbout("sha256:bad");
  expect(await errorOf(response)).toMatchObject({ message: expect.stringContaining("subject.digest") });
});

it("is also available through ECR's own API", async () => {
  const { body } = await pushAbout(absent, { artifactType: "application/vnd.example.sbom" });
  const input = { repositoryName: "customer", subjectId: { imageDigest: absent } };
  const filter = { artifactTypes: ["application/other"] };
  expect(await test.ecr.listImageReferrers?.(input, testCaller)).toMatchObject({
    referrers: [{ digest: digestOf(body), artifactType: "application/vnd.example.sbom", size: body.length }],
  });
  expect(await test.ecr.listImageReferrers?.({ ...input, filter }, testCaller)).toMatchObject({
    referrers: [],
  });
});
