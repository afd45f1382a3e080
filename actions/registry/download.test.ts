import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import {
  startTestRegistry,
  type TestRegistry,
} from "@ecs-delivery/simulator/runtime/registry/test-registry.support";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
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
    rules.map(({ fault, ...given }) => ({
      ...given,
      fault: (exchange) => {
        ranges.push(exchange.request.headers.range);
        return fault(exchange);
      },
    })),
  );
  close = front.close;
  return { ...front, ranges, read: async () => digestOf(await buffer(front.client.openBlob("base", blob))) };
}

const rule = (at: FaultRule["at"], fault: Fault): FaultRule => ({ method: "GET", path: /blobs/, at, fault });
const cutEarly = rule(first, ({ pass }) => pass(500_000));
const passOn = rule(always, ({ pass }) => pass());
/** Responds as a registry that does not support ranges. */
const wholeAlways = rule(always, ({ request, pass }) => {
  delete request.headers.range;
  return pass();
});

it.each<[string, FaultRule[], (string | undefined)[]]>([
  ["from a working registry at once", [passOn], [undefined]],
  ["from where it was interrupted", [cutEarly, passOn], [undefined, "bytes=N-"]],
  ["again when the registry does not support ranges", [cutEarly, wholeAlways], [undefined, "bytes=N-"]],
  ["after a fault of the registry", [rule(first, answering(503)), passOn], [undefined, undefined]],
])("reads a blob %s", async (_, rules, requested) => {
  const { read, ranges, lines } = await download(...rules);
  expect(await read()).toBe(blob.digest);
  expect(ranges.map((range) => range?.replace(/\d{5,}/, "N"))).toEqual(requested);
  expect(lines).toHaveLength(requested.length - 1);
});

it("refuses a blob that is longer than its descriptor says, although it has the digest", async () => {
  const { client } = await download();
  const wrong = { ...blob, size: blob.size - 1 };
  await expect(buffer(client.openBlob("base", wrong))).rejects.toThrow(`which has ${wrong.size}`);
});

describe("ends", () => {
  it("when the registry cuts every time", async () => {
    const { read, ranges, host } = await download(rule(always, ({ pass }) => pass(1)));
    await expect(read()).rejects.toThrow(`The registry ${host} cannot be reached`);
    expect(ranges).toHaveLength(5);
  });

  it.each<[string, string]>([
    ["other bytes", content.replaceAll("a", "b")],
    ["too few bytes", content.slice(1)],
    ["too many bytes", `${content}more`],
  ])("when the registry responds with %s", async (_, body) => {
    const { read, host } = await download(rule(always, answering(200, {}, body)));
    await expect(read()).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`^The registry ${host} (returned sha256:|ended )`)),
    });
  });
});
