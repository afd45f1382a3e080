import { randomBytes } from "node:crypto";
import { startTestRegistry } from "@ecs-delivery/simulator/runtime/registry/test-registry.support";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { always, answering, behind, type FaultRule, first } from "./faulty-registry.support.ts";
import { blobOf, digestOf } from "./oci.ts";

const big = randomBytes(10 * 1024 * 1024 + 1);
const largest = big.subarray(1);
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
const PATCH = "PATCH /v2/app/blobs/uploads/…";
const PUT = "PUT /v2/app/blobs/uploads/…?digest=…";
const DELETE = "DELETE /v2/app/blobs/uploads/…";

const patch = { method: "PATCH", path: /uploads/ };
const put = { method: "PUT", path: /uploads/ };
const post = { method: "POST", path: /uploads/ };

const cases: [string, Buffer, FaultRule[], string[]][] = [
  ["sends a small blob in one request", small, [], [POST, PUT]],
  ["sends 10 MiB in one request", largest, [], [POST, PUT]],
  ["sends a larger one as docker push does", big, [], [POST, PATCH, PUT]],
  ["sends an empty one", Buffer.of(), [], [POST, PUT]],
  [
    "begins again when the connection breaks in the middle",
    big,
    [{ ...patch, at: first, fault: ({ request }) => void request.once("data", () => request.destroy()) }],
    [POST, PATCH, DELETE, POST, PATCH, PUT],
  ],
  [
    "begins again when a response is lost",
    big,
    [{ ...put, at: first, fault: ({ pass }) => pass(0) }],
    [POST, PATCH, PUT, DELETE, POST, PATCH, PUT],
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
  ["seconds", () => "120", 120_000],
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

it("does not wait longer than two minutes", async () => {
  const { client, waits } = await through({
    ...post,
    at: always,
    fault: answering(429, { "Retry-After": "121" }),
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
    at: first,
    fault: answering(403, {}, expired),
  });
  await client.pushBlob("app", blobOf(digestOf(big), big));
  expect(steps(asked)).toEqual([POST, PATCH, PATCH, PUT]);
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
