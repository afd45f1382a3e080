import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "./manifest.ts";
import { answered, pushImage, startPlainRegistry } from "./test-registry.support.ts";

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
