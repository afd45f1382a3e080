import { afterEach, beforeEach, expect, it } from "vitest";
import { digestOf } from "./manifest.ts";
import { startEcrWith, type TestRegistry, testCaller } from "./test-registry.support.ts";

let test: TestRegistry;
let digest: string;
beforeEach(async () => {
  test = await startEcrWith("customer", "employee");
  digest = await test.pushBlob("customer", "shared");
});
afterEach(() => test.close());

const mount = (query: string, repository = "employee") =>
  test.call("POST", `/v2/${repository}/blobs/uploads/?${query}`);
const allow = () => test.ecr.putAccountSetting?.({ name: "BLOB_MOUNTING", value: "ENABLED" }, testCaller);

it("begins an upload instead unless the account allows mounting", async () => {
  const response = await mount(`mount=${digest}&from=customer`);
  expect(response.status).toBe(202);
  const location = response.headers.get("location") as string;
  expect((await test.call("PUT", `${location}?digest=${digest}`, { body: "shared" })).status).toBe(201);
});

it.each([
  ["from the repository named", "&from=customer"],
  ["from any", ""],
])("mounts %s", async (_, from) => {
  await allow();
  const response = await mount(`mount=${digest}${from}`);
  expect([
    response.status,
    response.headers.get("location"),
    response.headers.get("docker-content-digest"),
  ]).toEqual([201, `/v2/employee/blobs/${digest}`, digest]);
  expect(await (await test.call("GET", `/v2/employee/blobs/${digest}`)).text()).toBe("shared");
});

it.each([
  ["a blob that exists nowhere", () => `mount=${digestOf("nowhere")}&from=customer`],
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
  for (const [blob, content] of [
    [digest, "shared"],
    [both, "pushed to both"],
  ])
    expect(await (await test.call("GET", `/v2/employee/blobs/${blob}`)).text()).toBe(content);
});
