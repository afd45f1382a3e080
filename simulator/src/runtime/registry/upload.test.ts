import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "./manifest.ts";
import { absent, answered, errorOf, startEcrWith, type TestRegistry } from "./test-registry.support.ts";

let test: TestRegistry;
beforeEach(async () => {
  test = await startEcrWith("customer");
});
afterEach(() => test.close());

const blob = "a blob in three chunks";
const digest = digestOf(blob);
const chunks = [
  { body: blob.slice(0, 8), headers: { "Content-Range": "0-7" } },
  { body: blob.slice(8, 16), headers: { "Content-Range": "8-15" } },
  { body: blob.slice(16), headers: { "Content-Range": `16-${blob.length - 1}` } },
] as const;

async function begin(): Promise<string> {
  const response = await test.call("POST", "/v2/customer/blobs/uploads/");
  expect(answered(response, "range")).toEqual([202, "0-0"]);
  const location = response.headers.get("location") as string;
  expect(location).toBe(`/v2/customer/blobs/uploads/${response.headers.get("docker-upload-uuid")}`);
  return location;
}

const patch = (location: string, init: RequestInit) => test.call("PATCH", location, init);
const close = (location: string, wanted: string, init: RequestInit = {}) =>
  test.call("PUT", `${location}?digest=${wanted}`, init);

async function expectPulled(created: Response): Promise<void> {
  const location = `/v2/customer/blobs/${digest}`;
  expect(answered(created, "location", "docker-content-digest")).toEqual([201, location, digest]);
  const pulled = await test.call("GET", location);
  expect([pulled.status, await pulled.text()]).toEqual([200, blob]);
}

async function expectNothingKept(): Promise<void> {
  expect(await readdir(join(test.directory, "uploads"))).toEqual([]);
  expect(await readdir(join(test.directory, "blobs", "sha256"))).toEqual([]);
}

describe("accepts a blob by", () => {
  it("POST alone", async () => {
    await expectPulled(
      await test.call("POST", `/v2/customer/blobs/uploads/?digest=${digest}`, { body: blob }),
    );
  });

  it("POST and PUT", async () => {
    await expectPulled(await close(await begin(), digest, { body: blob }));
  });

  it("one streamed PATCH without a length", async () => {
    const location = await begin();
    const body = new Blob([blob]).stream();
    const streamed = await patch(location, { body, duplex: "half" } as RequestInit);
    expect(answered(streamed, "range")).toEqual([202, `0-${blob.length - 1}`]);
    await expectPulled(await close(location, digest));
  });

  it("chunks, closed by an empty PUT", async () => {
    let location = await begin();
    for (const chunk of chunks) {
      const written = await patch(location, chunk);
      const end = chunk.headers["Content-Range"].split("-")[1];
      expect(answered(written, "range")).toEqual([202, `0-${end}`]);
      location = written.headers.get("location") as string;
    }
    await expectPulled(await close(location, digest));
  });

  it("chunks, the last of them in the PUT", async () => {
    const location = await begin();
    await patch(location, chunks[0]);
    await patch(location, chunks[1]);
    await expectPulled(await close(location, digest, chunks[2]));
  });
});

it("returns the position to continue at after chunks out of order, in PATCH and in PUT", async () => {
  const location = await begin();
  expect((await patch(location, chunks[1])).status).toBe(416);
  expect((await test.call("GET", location)).headers.get("range")).toBe("0-0");
  await patch(location, chunks[0]);
  for (const refused of [
    await patch(location, chunks[2]),
    await patch(location, chunks[0]),
    await close(location, digest, chunks[2]),
  ])
    expect(answered(refused, "range", "location")).toEqual([416, "0-7", location]);
  expect(answered(await test.call("GET", location), "range", "location")).toEqual([204, "0-7", location]);
  await patch(location, chunks[1]);
  await expectPulled(await close(location, digest, chunks[2]));
});

it("refuses a chunk of another length than stated, and accepts the right one after it", async () => {
  const location = await begin();
  const wrong = { body: "abc", headers: { "Content-Range": "0-7" } };
  expect(await errorOf(await patch(location, wrong))).toMatchObject({ status: 400, code: "SIZE_INVALID" });
  expect((await patch(location, { body: "abc", headers: { "Content-Range": "x" } })).status).toBe(416);
  for (const chunk of chunks) await patch(location, chunk);
  await expectPulled(await close(location, digest));
});

describe("keeps nothing of a blob with another digest, sent by", () => {
  const inParts = async (...parts: RequestInit[]) => {
    const location = await begin();
    for (const part of parts) await patch(location, part);
    return close(location, absent);
  };
  it.each<[string, () => Promise<Response>]>([
    ["POST alone", () => test.call("POST", `/v2/customer/blobs/uploads/?digest=${absent}`, { body: blob })],
    ["POST and PUT", async () => close(await begin(), absent, { body: blob })],
    ["chunks", () => inParts(...chunks)],
    ["a streamed PATCH", () => inParts({ body: new Blob([blob]).stream(), duplex: "half" } as RequestInit)],
  ])("%s", async (_, push) => {
    expect(await errorOf(await push())).toEqual({
      status: 400,
      code: "DIGEST_INVALID",
      message: `the content has the digest ${digest}, not ${absent}`,
    });
    expect((await test.call("HEAD", `/v2/customer/blobs/${absent}`)).status).toBe(404);
    await expectNothingKept();
  });
});

describe("refuses the malformed digest", () => {
  it.each([
    "sha256:baddigeststring",
    `sha256:${"0".repeat(63)}`,
    `sha512:${"0".repeat(128)}`,
    "md5:1234",
    "",
  ])("%s", async (malformed) => {
    const location = await begin();
    const post = await test.call("POST", `/v2/customer/blobs/uploads/?digest=${malformed}`, { body: blob });
    expect(await errorOf(post)).toMatchObject({ status: 400, code: "DIGEST_INVALID" });
    const put = await close(location, malformed, { body: blob });
    expect(await errorOf(put)).toMatchObject({ status: 400, code: "DIGEST_INVALID" });
    await expectPulled(await close(location, digest, { body: blob }));
  });
});

it("keeps the empty blob", async () => {
  const empty = digestOf("");
  expect((await close(await begin(), empty)).status).toBe(201);
  const head = await test.call("HEAD", `/v2/customer/blobs/${empty}`);
  expect(answered(head, "content-length")).toEqual([200, "0"]);
  const got = await test.call("GET", `/v2/customer/blobs/${empty}`);
  expect([got.status, await got.text()]).toEqual([200, ""]);
});

it("forgets a cancelled upload", async () => {
  const location = await begin();
  await patch(location, chunks[0]);
  expect((await test.call("DELETE", location)).status).toBe(204);
  for (const method of ["GET", "PATCH", "PUT", "DELETE"]) {
    const init = method === "GET" || method === "DELETE" ? {} : { body: "x" };
    const response = await test.call(method, `${location}?digest=${digest}`, init);
    expect(await errorOf(response)).toMatchObject({ status: 404, code: "BLOB_UPLOAD_UNKNOWN" });
  }
  await expectNothingKept();
});

it("knows an upload in its own repository only", async () => {
  await test.ecr.createRepository?.({ repositoryName: "employee" }, { accessKeyId: "", sourceIp: "" });
  const elsewhere = (await begin()).replace("customer", "employee");
  expect(await errorOf(await patch(elsewhere, { body: "x" }))).toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
});

it("accepts no other method", async () => {
  const unsupported = { status: 405, code: "UNSUPPORTED" };
  expect(await errorOf(await test.call("GET", "/v2/customer/blobs/uploads/"))).toMatchObject(unsupported);
  expect(await errorOf(await test.call("POST", await begin()))).toMatchObject(unsupported);
});
