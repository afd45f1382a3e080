import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  startTestRegistry,
  type TestRegistry,
} from "../../simulator/src/runtime/registry/test-registry.support.ts";
import { always, answering, behind, type Fault, type FaultRule, first } from "./faulty-registry.support.ts";
import { digestOf } from "./oci.ts";

const content = randomBytes(1_000_000).toString("hex");
const caller = { accessKeyId: "test", sourceIp: "127.0.0.1" };
let registry: TestRegistry;
let blob: { digest: string; size: number };
let close: (() => Promise<void>) | undefined;

beforeAll(async () => {
  registry = await startTestRegistry();
  await registry.ecr.createRepository?.({ repositoryName: "base" }, caller);
  blob = { digest: await registry.pushBlob("base", content), size: content.length };
});
afterAll(() => registry.close());
afterEach(() => close?.());

async function download(...rules: FaultRule[]) {
  const ranges: (string | undefined)[] = [];
  const front = await behind(
    registry,
    rules.map((rule) => ({
      ...rule,
      fault: (exchange) => {
        ranges.push(exchange.request.headers.range);
        return rule.fault(exchange);
      },
    })),
  );
  close = front.close;
  return { ...front, ranges, read: async () => digestOf(await buffer(front.client.openBlob("base", blob))) };
}

const get = { method: "GET", path: /blobs/ };
const cutEarly: Fault = ({ pass }) => pass({ answerAfter: 500_000 });
const passOn: Fault = ({ pass }) => pass();
/** Responds as a registry that does not support ranges. */
const wholeAlways: Fault = ({ request, pass }) => {
  delete request.headers.range;
  return pass();
};

it.each<[string, FaultRule[], number]>([
  ["from a working registry at once", [{ ...get, at: always, fault: passOn }], 1],
  [
    "from where it was interrupted",
    [
      { ...get, at: first, fault: cutEarly },
      { ...get, at: always, fault: passOn },
    ],
    2,
  ],
  [
    "again when the registry does not support ranges",
    [
      { ...get, at: first, fault: cutEarly },
      { ...get, at: always, fault: wholeAlways },
    ],
    2,
  ],
  [
    "after a fault of the registry",
    [
      { ...get, at: first, fault: answering(503) },
      { ...get, at: always, fault: passOn },
    ],
    2,
  ],
])("reads a blob %s", async (_, rules, requests) => {
  const { read, ranges, lines } = await download(...rules);
  expect(await read()).toBe(blob.digest);
  expect(ranges).toHaveLength(requests);
  expect(lines).toHaveLength(requests - 1);
});

it("requests only the missing part", async () => {
  const { read, ranges } = await download(
    { ...get, at: first, fault: cutEarly },
    { ...get, at: always, fault: passOn },
  );
  await read();
  expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d{5,}-$/)]);
});

describe("ends", () => {
  it("when the registry cuts every time", async () => {
    const { read, ranges, host } = await download({
      ...get,
      at: always,
      fault: ({ pass }) => pass({ answerAfter: 1 }),
    });
    await expect(read()).rejects.toThrow(`The registry ${host} cannot be reached`);
    expect(ranges).toHaveLength(5);
  });

  it.each<[string, string]>([
    ["other bytes", content.replaceAll("a", "b")],
    ["too few bytes", content.slice(1)],
    ["too many bytes", `${content}more`],
  ])("when the registry responds with %s", async (_, body) => {
    const { read, host } = await download({ ...get, at: always, fault: answering(200, {}, body) });
    await expect(read()).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`^The registry ${host} (returned sha256:|ended )`)),
    });
  });
});
