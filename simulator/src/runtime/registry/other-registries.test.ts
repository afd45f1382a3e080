import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "./manifest.ts";
import { pushImage, startPlainRegistry } from "./test-registry.support.ts";

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
    const mounted = await plain.call("POST", `/v2/else/blobs/uploads/?mount=${blob}&from=some/where`);
    expect([mounted.status, mounted.headers.get("location")]).toEqual([201, `/v2/else/blobs/${blob}`]);
    const unknown = await plain.call(
      "POST",
      `/v2/else/blobs/uploads/?mount=${digestOf("?")}&from=some/where`,
    );
    expect([unknown.status, unknown.headers.has("location")]).toEqual([202, true]);
  });

  it("refuses a malformed name", async () => {
    const response = await plain.call("POST", "/v2/Not-A-Name/blobs/uploads/");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ code: "NAME_INVALID" }] });
  });
});
