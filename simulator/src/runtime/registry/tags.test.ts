import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  absent,
  errorOf,
  ociIndex,
  ociManifest,
  pushImage,
  putManifest,
  startEcrWith,
  type TestRegistry,
} from "./test-registry.support.ts";

let test: TestRegistry;
beforeEach(async () => {
  test = await startEcrWith("customer");
});
afterEach(() => test.close());

const list = async (query = "") => {
  const response = await test.call("GET", `/v2/customer/tags/list${query}`);
  const { tags } = (await response.json()) as { tags: string[] };
  return { tags, link: response.headers.get("link") };
};

describe("the list of tags", () => {
  it("is empty at first", async () => {
    expect(await list()).toEqual({ tags: [], link: null });
  });

  it.each([
    ["", ["B", "a", "c", "d"]],
    ["?n=0", []],
    ["?last=a", ["c", "d"]],
    ["?n=1&last=a", ["c"]],
    ["?last=d", []],
    ["?last=b", ["c", "d"]],
    ["?n=9", ["B", "a", "c", "d"]],
  ])("%s is in order", async (query, tags) => {
    for (const tag of ["c", "a", "d", "B"]) await pushImage(test, "customer", tag);
    expect((await list(query)).tags).toEqual(tags);
  });

  it("continues at its link, to the end", async () => {
    for (const tag of ["c", "a", "b"]) await pushImage(test, "customer", tag);
    const first = await list("?n=2");
    expect(first).toEqual({ tags: ["a", "b"], link: `</v2/customer/tags/list?n=2&last=b>; rel="next"` });
    expect(await list("?n=2&last=b")).toEqual({ tags: ["c"], link: null });
    expect((await list("?n=0")).link).toBeNull();
  });

  it.each(["?n=-1", "?n=x"])("refuses %s", async (query) => {
    const response = await test.call("GET", `/v2/customer/tags/list${query}`);
    expect(await errorOf(response)).toMatchObject({ status: 400, code: "UNSUPPORTED" });
  });
});

describe("deleting", () => {
  const remove = (reference: string) => test.call("DELETE", `/v2/customer/manifests/${reference}`);
  const statusOf = async (reference: string) =>
    (await test.call("HEAD", `/v2/customer/manifests/${reference}`)).status;

  it("a tag keeps the image and its other tags", async () => {
    const digest = await pushImage(test, "customer", "v1");
    await pushImage(test, "customer", "v2");
    expect((await remove("v1")).status).toBe(202);
    expect([await statusOf("v1"), await statusOf("v2"), await statusOf(digest)]).toEqual([404, 200, 200]);
  });

  it("an image deletes its tags", async () => {
    const digest = await pushImage(test, "customer", "v1");
    expect((await remove(digest)).status).toBe(202);
    expect(await errorOf(await test.call("GET", "/v2/customer/manifests/v1"))).toMatchObject({
      status: 404,
      code: "MANIFEST_UNKNOWN",
    });
    expect((await list()).tags).toEqual([]);
  });

  it("an image is refused while an index lists it", async () => {
    const image = await pushImage(test, "customer", "v1");
    const manifests = [{ mediaType: ociManifest, digest: image, size: 1 }];
    const index = JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests });
    const put = await putManifest(test, "customer", "all", index, ociIndex);
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
