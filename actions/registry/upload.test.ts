import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestRegistry } from "../../simulator/src/runtime/registry/test-registry.support.ts";
import { always, answering, behind, type Fault, type FaultRule, first } from "./faulty-registry.support.ts";
import { blobOf, digestOf } from "./oci.ts";

const big = randomBytes(25_000_000);
const small = Buffer.from("hello world");
const caller = { accessKeyId: "test", sourceIp: "127.0.0.1" };
const ended: (() => Promise<void>)[] = [];

const registry = await startTestRegistry();
afterAll(() => registry.close());
beforeEach(() => registry.ecr.createRepository?.({ repositoryName: "app" }, caller));
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
  await registry.ecr.deleteRepository?.({ repositoryName: "app", force: true }, caller);
});

async function through(...rules: FaultRule[]) {
  const waits: number[] = [];
  const controller = new AbortController();
  const front = await behind(registry, rules, {
    renewCredentials: async () => ({ user: "AWS", password: registry.password }),
    clock: { now: Date.now, wait: async (ms) => void waits.push(ms) },
    signal: controller.signal,
    random: () => 0.5,
  });
  ended.push(front.close);
  return { ...front, waits, controller };
}

const stored = async (digest: string) => {
  const response = await registry.call("GET", `/v2/app/blobs/${digest}`);
  return response.ok ? digestOf(Buffer.from(await response.arrayBuffer())) : response.status;
};
/** Returns the requests of an upload, without details that differ from run to run. */
const steps = (asked: readonly string[]) =>
  asked.map((line) => line.replace(/(uploads)\/[^?]+/, "$1/…").replace(/sha256(:|%3A)[0-9a-f]+/, "…"));

const POST = "POST /v2/app/blobs/uploads/";
const GET = "GET /v2/app/blobs/uploads/…";
const PATCH = "PATCH /v2/app/blobs/uploads/…";
const PUT = "PUT /v2/app/blobs/uploads/…?digest=…";
const DELETE = "DELETE /v2/app/blobs/uploads/…";

const patch = { method: "PATCH", path: /uploads/ };
const put = { method: "PUT", path: /uploads/ };
const post = { method: "POST", path: /uploads/ };
const status = { method: "GET", path: /uploads/ };

/** Three million bytes of the part arrive. */
const cutInTheMiddle: Fault = async ({ request, pass }) => {
  const start = Number(request.headers["content-range"]?.split("-")[0]);
  const range = async () =>
    (await registry.call("GET", request.url?.split("?")[0] ?? "")).headers.get("range");
  const arrived = `0-${start + 3_000_000 - 1}`;
  await pass({ bodyAfter: 3_000_000, settled: () => expect.poll(range, { timeout: 10_000 }).toBe(arrived) });
};

const cases: [string, Buffer, FaultRule[], string[]][] = [
  ["sends a small blob in one request", small, [], [POST, PUT]],
  ["sends a big one in parts, the last of which completes it", big, [], [POST, PATCH, PATCH, PUT]],
  [
    "continues an interrupted part at the registry's position",
    big,
    [{ ...patch, at: (number) => number === 1, fault: cutInTheMiddle }],
    [POST, PATCH, PATCH, GET, PATCH, PUT],
  ],
  [
    "continues an interrupted last part, too",
    big,
    [{ ...put, at: first, fault: cutInTheMiddle }],
    [POST, PATCH, PATCH, PUT, GET, PUT],
  ],
  [
    "does not take a lost response for a failure",
    big,
    [{ ...patch, at: first, fault: ({ pass }) => pass({ answerAfter: 0 }) }],
    [POST, PATCH, GET, PATCH, PUT],
  ],
  [
    "begins again when the registry does not report its position",
    big,
    [
      { ...patch, at: (number) => number === 1, fault: cutInTheMiddle },
      { ...status, at: always, fault: answering(405) },
    ],
    [POST, PATCH, PATCH, GET, DELETE, POST, PATCH, PATCH, PUT],
  ],
  [
    "trusts acknowledged parts when the reported position does not advance, as with ECR",
    big,
    [
      { ...patch, at: (number) => number === 1, fault: answering(503) },
      { ...status, at: always, fault: answering(204, { Range: "0-99" }) },
    ],
    [POST, PATCH, PATCH, GET, PATCH, PUT],
  ],
  [
    "sends the whole to a registry that accepts no parts",
    big,
    [{ ...patch, at: always, fault: answering(416) }],
    [POST, PATCH, DELETE, POST, PUT],
  ],
  [
    "tries again after a fault of the registry",
    small,
    [
      { ...post, at: first, fault: answering(500) },
      { ...put, at: first, fault: answering(502) },
    ],
    [POST, POST, PUT, DELETE, POST, PUT],
  ],
];

it.each(cases)("%s", async (_, bytes, rules, expected) => {
  const { client, asked } = await through(...rules);
  const digest = digestOf(bytes);
  expect(await client.pushBlob("app", blobOf(digest, bytes))).toBe("uploaded");
  expect(steps(asked)).toEqual(expected);
  expect(await stored(digest)).toBe(digest);
});

it("sends parts of the smallest size that a registry accepts", async () => {
  const { client, asked } = await through({
    ...post,
    at: always,
    fault: async ({ pass, response }) => {
      response.setHeader("OCI-Chunk-Min-Length", "20000000");
      await pass();
    },
  });
  await client.pushBlob("app", blobOf(digestOf(big), big));
  expect(steps(asked)).toEqual([POST, PATCH, PUT]);
});

it("remembers that a registry accepts no parts", async () => {
  const { client, asked } = await through({ ...patch, at: always, fault: answering(413) });
  await client.pushBlob("app", blobOf(digestOf(big), big));
  const other = randomBytes(12_000_000);
  await client.pushBlob("app", blobOf(digestOf(other), other));
  expect(steps(asked).slice(-2)).toEqual([POST, PUT]);
});

describe("gives up", () => {
  it("after five attempts, logs each, and leaves no upload behind", async () => {
    const { client, asked, lines, waits, host } = await through({
      ...patch,
      at: always,
      fault: answering(503),
    });
    await expect(client.pushBlob("app", blobOf(digestOf(big), big))).rejects.toMatchObject({
      message: expect.stringMatching(`^The registry ${host} refused PATCH .* \\(status 503\\)$`),
      nextStep: "run the job again: the registry failed or throttled the request.",
    });
    expect(waits).toEqual([500, 1000, 2000, 4000]);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/\(status 503\); attempt 2 of 5 in 0\.5 s$/);
    expect(steps(asked).at(-1)).toBe(DELETE);
  });

  it("at once when the registry refuses", async () => {
    const error = JSON.stringify({ errors: [{ code: "DENIED", message: "not yours" }] });
    const { client, lines, host } = await through({ ...post, at: always, fault: answering(403, {}, error) });
    await expect(client.pushBlob("app", blobOf(digestOf(small), small))).rejects.toMatchObject({
      message: `The registry ${host} refused POST /v2/app/blobs/uploads/ (DENIED: not yours)`,
      nextStep: expect.stringContaining("allow this user"),
    });
    expect(lines).toEqual([]);
  });

  it("when the registry loses the upload again and again", async () => {
    const { client, asked, lines } = await through({
      ...patch,
      at: (number) => number % 2 === 1,
      fault: answering(404),
    });
    await expect(client.pushBlob("app", blobOf(digestOf(big), big))).rejects.toThrow(
      /lost the upload of sha256:[0-9a-f]+ to app at byte 10485760$/,
    );
    expect(steps(asked).filter((step) => step === POST)).toHaveLength(3);
    expect(lines).toHaveLength(2);
  });

  it("when it is cancelled, and deletes what it began", async () => {
    const { client, asked, controller } = await through({
      ...patch,
      at: first,
      fault: () => controller.abort(new Error("cancelled")),
    });
    await expect(client.pushBlob("app", blobOf(digestOf(big), big))).rejects.toThrow("cancelled");
    expect(steps(asked)).toEqual([POST, PATCH, DELETE]);
  });
});

it.each([
  ["seconds", () => "7", 7000],
  ["a date", () => new Date(Date.now() + 9_500).toUTCString(), 8000],
])("waits as long as the registry asks in %s", async (_, value, atLeast) => {
  const { client, waits } = await through({
    ...post,
    at: first,
    fault: (exchange) => answering(429, { "Retry-After": value() })(exchange),
  });
  await client.pushBlob("app", blobOf(digestOf(small), small));
  expect(waits).toHaveLength(1);
  expect(waits[0]).toBeGreaterThanOrEqual(atLeast);
});

it("does not wait half an hour", async () => {
  const { client, waits } = await through({
    ...post,
    at: always,
    fault: answering(429, { "Retry-After": "1800" }),
  });
  await expect(client.pushBlob("app", blobOf(digestOf(small), small))).rejects.toThrow("status 429");
  expect(waits).toEqual([]);
});

it("logs in again when the login expires in the middle", async () => {
  const expired = JSON.stringify({
    errors: [{ code: "DENIED", message: "Your authorization token has expired." }],
  });
  const { client, asked } = await through({
    ...patch,
    at: (number) => number === 1,
    fault: answering(403, {}, expired),
  });
  await client.pushBlob("app", blobOf(digestOf(big), big));
  expect(steps(asked)).toEqual([POST, PATCH, PATCH, PATCH, PUT]);
});

it("mounts a blob from another repository, or sends it when that is refused", async () => {
  await registry.ecr.createRepository?.({ repositoryName: "base" }, caller);
  ended.push(
    async () => void (await registry.ecr.deleteRepository?.({ repositoryName: "base", force: true }, caller)),
  );
  const digest = await registry.pushBlob("base", "layer");
  const { client, asked } = await through();
  const layer = blobOf(digest, Buffer.from("layer"));
  expect(await client.pushBlob("app", layer, "base")).toBe("uploaded");
  await registry.ecr.putAccountSetting?.({ name: "BLOB_MOUNTING", value: "ENABLED" }, caller);
  expect(await client.pushBlob("app", layer, "base")).toBe("mounted");
  expect(steps(asked)).toEqual([
    "POST /v2/app/blobs/uploads/?mount=…&from=base",
    PUT,
    "POST /v2/app/blobs/uploads/?mount=…&from=base",
  ]);
});
