import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "./manifest.ts";
import {
  absent,
  answered,
  errorOf,
  startEcrWith,
  type TestRegistry,
  testCaller,
} from "./test-registry.support.ts";

let test: TestRegistry;
let url: string;
beforeEach(async () => {
  test = await startEcrWith("customer", "employee");
  url = `/v2/customer/blobs/${await test.pushBlob("customer", content)}`;
});
afterEach(() => test.close());

const content = "0123456789".repeat(200);
const digest = digestOf(content);

it.each(["HEAD", "GET"])("returns %s with size and digest", async (method) => {
  const names = ["content-length", "docker-content-digest", "content-type"];
  const expected = [200, "2000", digest, "application/octet-stream"];
  expect(answered(await test.call(method, url), ...names)).toEqual(expected);
});

it.each([
  ["GET", absent, 404, "BLOB_UNKNOWN"],
  ["GET", "sha256:baddigeststring", 400, "DIGEST_INVALID"],
  // ECR removes layers automatically.
  ["DELETE", digest, 405, "UNSUPPORTED"],
  ["PUT", digest, 405, "UNSUPPORTED"],
])("refuses %s of %s with %d", async (method, reference, status, code) => {
  const response = await test.call(method, `/v2/customer/blobs/${reference}`);
  expect(await errorOf(response)).toMatchObject({ status, code });
});

it("returns 404 for HEAD of a missing blob", async () => {
  expect((await test.call("HEAD", `/v2/customer/blobs/${absent}`)).status).toBe(404);
});

describe("a blob of another repository", () => {
  const mount = (query: string, repository = "employee") =>
    test.call("POST", `/v2/${repository}/blobs/uploads/?${query}`);
  const allow = () => test.ecr.putAccountSetting?.({ name: "BLOB_MOUNTING", value: "ENABLED" }, testCaller);

  it("begins an upload instead unless the account allows mounting", async () => {
    const response = await mount(`mount=${digest}&from=customer`);
    expect(response.status).toBe(202);
    const location = response.headers.get("location") as string;
    expect((await test.call("PUT", `${location}?digest=${digest}`, { body: content })).status).toBe(201);
  });

  it("is mounted from the given repository", async () => {
    await allow();
    const response = await mount(`mount=${digest}&from=customer`);
    const location = `/v2/employee/blobs/${digest}`;
    expect(answered(response, "location", "docker-content-digest")).toEqual([201, location, digest]);
    expect(await (await test.call("GET", location)).text()).toBe(content);
  });

  it.each([
    ["a blob that exists nowhere", () => `mount=${absent}&from=customer`],
    ["from a repository without it", () => `mount=${digest}&from=employee`],
    ["from a missing repository", () => `mount=${digest}&from=nobody`],
    ["by a malformed digest", () => "mount=sha256:x&from=customer"],
  ])("begins an upload to mount %s", async (_, query) => {
    await allow();
    const response = await mount(query());
    expect([response.status, response.headers.has("location")]).toEqual([202, true]);
  });

  it("does not mount between repositories that are encrypted differently", async () => {
    await allow();
    const encryptionConfiguration = { encryptionType: "KMS", kmsKey: "alias/registry" } as const;
    await test.ecr.createRepository?.({ repositoryName: "secret", encryptionConfiguration }, testCaller);
    expect((await mount(`mount=${digest}&from=customer`, "secret")).status).toBe(202);
  });

  it("keeps what one repository shares when the other is deleted", async () => {
    await allow();
    await mount(`mount=${digest}&from=customer`);
    await test.pushBlob("employee", "pushed to both");
    const both = await test.pushBlob("customer", "pushed to both");
    await test.ecr.deleteRepository?.({ repositoryName: "customer", force: true }, testCaller);
    for (const [blob, text] of [
      [digest, content],
      [both, "pushed to both"],
    ])
      expect(await (await test.call("GET", `/v2/employee/blobs/${blob}`)).text()).toBe(text);
  });
});
