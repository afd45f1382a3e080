import { expect, it } from "vitest";
import { createMetrics, createReservoir } from "./metrics.ts";

const setUp = () =>
  createMetrics({
    service: "customer",
    now: () => 1_795_615_504_220,
    random: () => 0,
    eventLoopDelay: () => 1.234,
    residentMemory: () => 100_000_000,
  });

/** The rules of "Specification: Embedded metric format", Amazon CloudWatch user guide. */
function expectEmbedded(document: object): void {
  const root = document as Record<string, unknown> & {
    _aws: { Timestamp: number; CloudWatchMetrics: Record<string, unknown>[] };
  };
  expect(Number.isInteger(root._aws.Timestamp)).toBe(true);
  for (const directive of root._aws.CloudWatchMetrics) {
    expect(Object.keys(directive).sort()).toEqual(["Dimensions", "Metrics", "Namespace"]);
    expect(directive.Namespace).toMatch(/^[\w.\-/#:]{1,255}$/);
    const sets = directive.Dimensions as string[][];
    expect(sets.length).toBeGreaterThan(0);
    for (const set of sets) {
      expect(set.length).toBeLessThanOrEqual(9);
      for (const name of set) expect(root[name]).toBeTypeOf("string");
    }
    const metrics = directive.Metrics as { Name: string; Unit: string }[];
    expect(metrics.length).toBeLessThanOrEqual(100);
    for (const { Name, Unit } of metrics) {
      expect(["Count", "Milliseconds", "Bytes"]).toContain(Unit);
      const values = [root[Name]].flat();
      expect(values.length).toBeGreaterThan(0);
      expect(values.length).toBeLessThanOrEqual(100);
      for (const value of values) expect(value).toSatisfy(Number.isFinite);
    }
  }
  expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(256 * 1024);
}

it("counts responses by their status", () => {
  const metrics = setUp();
  for (const status of [200, 302, 404, 422, 500, 503]) metrics.count({ status, durationMs: status / 1000 });
  const document = metrics.takeDocument();
  expectEmbedded(document);
  expect(document).toMatchObject({
    _aws: {
      Timestamp: 1_795_615_504_220,
      CloudWatchMetrics: [{ Namespace: "CoffeeSuppliers", Dimensions: [["Service"]] }],
    },
    Service: "customer",
    Requests: 6,
    ClientErrors: 2,
    ServerErrors: 2,
    DatabaseUnavailable: 1,
    Latency: [0.2, 0.3, 0.4, 0.42, 0.5, 0.5],
    EventLoopDelay: 1.23,
    ResidentMemory: 100_000_000,
  });
});

it("counts all requests, and samples the latency of a hundred", () => {
  const metrics = setUp();
  for (let request = 0; request < 5000; request++) metrics.count({ status: 200, durationMs: request });
  const document = metrics.takeDocument();
  expectEmbedded(document);
  expect(document).toMatchObject({ Requests: 5000, Latency: { length: 100 } });
});

it("starts again with every document, and has no latency if there were no requests", () => {
  const metrics = setUp();
  metrics.count({ status: 500, durationMs: 1 });
  metrics.takeDocument();
  const document = metrics.takeDocument();
  expectEmbedded(document);
  expect(document).toMatchObject({ Requests: 0, ServerErrors: 0 });
  expect(document).not.toHaveProperty("Latency");
});

it("a sample holds each value with the same likelihood", () => {
  const taken = new Array(10).fill(0);
  // A generator of pseudo-random numbers (mulberry32), so that every run of the test is the same.
  let state = 1;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const reservoir = createReservoir(3, random);
  for (let round = 0; round < 10_000; round++) {
    for (let value = 0; value < 10; value++) reservoir.add(value);
    for (const value of reservoir.take()) taken[value]++;
  }
  // 3 of 10 in 10,000 rounds: 3000 each, with a standard deviation of 46.
  for (const count of taken) expect(Math.abs(count - 3000)).toBeLessThan(4 * 46);
});
