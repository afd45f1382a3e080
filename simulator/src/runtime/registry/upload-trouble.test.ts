import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, symlink, unlink } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "./manifest.ts";
import {
  errorOf,
  startEcrWith,
  startPlainRegistry,
  type TestRegistry,
  testCaller,
} from "./test-registry.support.ts";

const soon = { interval: 5 };

let test: TestRegistry;
beforeEach(async () => {
  test = await startEcrWith("customer");
});
afterEach(() => test.close());

const begin = async (repository = "customer") =>
  (await test.call("POST", `/v2/${repository}/blobs/uploads/`)).headers.get("location") as string;
const rangeOf = async (location: string) => (await test.call("GET", location)).headers.get("range");

/** Opens a request whose body the test writes in steps. */
function open(method: string, path: string, headers: Record<string, string | number> = {}) {
  const authorization = `Basic ${Buffer.from(`AWS:${test.password}`).toString("base64")}`;
  return request(new URL(path, `http://${test.host}`), { method, headers: { authorization, ...headers } });
}

describe("a cut upload", () => {
  it.each([
    ["of a chunk with its length", { "Content-Length": 300_000, "Content-Range": "0-299999" }],
    ["of a stream", { "Transfer-Encoding": "chunked" }],
  ])("%s continues where it was cut", async (_, headers) => {
    const content = randomBytes(300_000);
    const location = await begin();
    const cut = open("PATCH", location, headers);
    cut.on("error", () => {});
    cut.write(content.subarray(0, 100_000));
    await expect.poll(() => rangeOf(location), soon).toBe("0-99999");
    cut.destroy();
    const body = content.subarray(100_000);
    const resume = () =>
      test.call("PATCH", location, { body, headers: { "Content-Range": "100000-299999" } });
    await expect.poll(async () => (await resume()).status, soon).toBe(202);
    const done = await test.call("PUT", `${location}?digest=${digestOf(content)}`);
    expect(done.status).toBe(201);
    const pulled = await test.call("GET", done.headers.get("location") as string);
    expect(Buffer.from(await pulled.arrayBuffer()).equals(content)).toBe(true);
  });

  it("in one POST leaves nothing behind", async () => {
    const cut = open("POST", `/v2/customer/blobs/uploads/?digest=${digestOf("hello")}`, {
      "Content-Length": 5,
    });
    cut.on("error", () => {});
    cut.write("hel");
    const uploads = async () => (await readdir(join(test.directory, "uploads"))).length;
    await expect.poll(() => uploads().catch(() => 0), soon).toBe(1);
    cut.destroy();
    await expect.poll(uploads, soon).toBe(0);
  });

  it("can still be completed with the missing part", async () => {
    const location = await begin();
    const cut = open("PUT", `${location}?digest=${digestOf("hello")}`, { "Content-Length": 5 });
    cut.on("error", () => {});
    cut.write("hel");
    await expect.poll(() => rangeOf(location), soon).toBe("0-2");
    cut.destroy();
    const close = () => test.call("PUT", `${location}?digest=${digestOf("hello")}`, { body: "lo" });
    await expect.poll(async () => (await close()).status, soon).toBe(201);
  });
});

describe("at the same time", () => {
  it("several clients push the same blob, and it is stored once", async () => {
    const content = randomBytes(200_000);
    const digest = digestOf(content);
    const push = async () => {
      const location = await begin();
      return test.call("PUT", `${location}?digest=${digest}`, { body: content });
    };
    const statuses = (await Promise.all(Array.from({ length: 8 }, push))).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(await readdir(join(test.directory, "blobs", "sha256"))).toEqual([digest.replace("sha256:", "")]);
    expect(await readdir(join(test.directory, "uploads"))).toEqual([]);
  });

  it("a second writer of one upload is refused, and the first one's bytes stay intact", async () => {
    const location = await begin();
    const first = open("PATCH", location, { "Transfer-Encoding": "chunked" });
    first.write("first ");
    await expect.poll(() => rangeOf(location), soon).toBe("0-5");
    const second = await test.call("PATCH", location, { body: "second" });
    expect(await errorOf(second)).toMatchObject({ status: 400, code: "BLOB_UPLOAD_INVALID" });
    const closing = await test.call("PUT", `${location}?digest=${digestOf("first ")}`);
    expect(await errorOf(closing)).toMatchObject({ status: 400, code: "BLOB_UPLOAD_INVALID" });
    first.end("writer");
    await once(first, "response");
    const done = await test.call("PUT", `${location}?digest=${digestOf("first writer")}`);
    expect(done.status).toBe(201);
  });

  it("a repository's deletion does not affect pushes to others", async () => {
    await test.ecr.createRepository?.({ repositoryName: "employee" }, testCaller);
    for (let round = 0; round < 10; round++) {
      const content = `shared ${round}`;
      await test.pushBlob("customer", content);
      const [digest] = await Promise.all([
        test.pushBlob("employee", content),
        test.ecr.deleteRepository?.({ repositoryName: "customer", force: true }, testCaller),
      ]);
      expect(await (await test.call("GET", `/v2/employee/blobs/${digest}`)).text()).toBe(content);
      await test.ecr.createRepository?.({ repositoryName: "customer" }, testCaller);
    }
  });
});

it("drops the upload to a repository that is deleted meanwhile", async () => {
  const location = await begin();
  const put = open("PUT", `${location}?digest=${digestOf("hello")}`, { "Content-Length": 5 });
  put.write("hel");
  await expect.poll(() => rangeOf(location), soon).toBe("0-2");
  await test.ecr.deleteRepository?.({ repositoryName: "customer" }, testCaller);
  put.end("lo");
  const [response] = await once(put, "response");
  expect(response.statusCode).toBe(404);
  expect(await readdir(join(test.directory, "blobs", "sha256"))).toEqual([]);
  expect(await readdir(join(test.directory, "uploads"))).toEqual([]);
});

it.runIf(process.platform === "linux")(
  "reports that the disk is full, and accepts the next upload",
  async () => {
    const location = await begin();
    const path = join(test.directory, "uploads", location.split("/").at(-1) as string);
    await symlink("/dev/full", path);
    const full = await test.call("PATCH", location, { body: Buffer.alloc(1_000_000) });
    expect(await errorOf(full)).toEqual({
      status: 500,
      code: "UNKNOWN",
      message: "the registry failed: Error: ENOSPC: no space left on device, write",
    });
    expect((await test.call("GET", location)).status).toBe(404);
    await expect(unlink(path)).rejects.toThrow("ENOENT");
    const digest = await test.pushBlob("customer", "hello");
    expect((await test.call("HEAD", `/v2/customer/blobs/${digest}`)).status).toBe(200);
  },
);

describe("a blob above the limit is refused and leaves nothing behind", () => {
  const limit = 100_000;
  const content = randomBytes(limit + 1);

  it.each(["at once", "in pieces"])("%s", async (how) => {
    const plain = await startPlainRegistry(limit);
    const push = (body: Buffer) =>
      plain.call("POST", `/v2/menu/blobs/uploads/?digest=${digestOf(body)}`, { body });
    const pushInPieces = async () => {
      const started = await plain.call("POST", "/v2/menu/blobs/uploads/");
      const location = started.headers.get("location") ?? "";
      await plain.call("PATCH", location, { body: content.subarray(0, limit) });
      return plain.call("PATCH", location, { body: content.subarray(limit) });
    };
    const refused = how === "at once" ? await push(content) : await pushInPieces();
    const message = "a blob has at most 100000 bytes";
    expect(await errorOf(refused)).toEqual({ status: 413, code: "SIZE_INVALID", message });
    expect(await readdir(join(plain.directory, "uploads"))).toEqual([]);
    expect((await push(content.subarray(1))).status).toBe(201);
    await plain.close();
  });
});
