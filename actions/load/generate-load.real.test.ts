import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, test } from "vitest";
import { addTimes, decodeHistogram } from "./counts.ts";
import { generateLoad, type LoadPlan } from "./generate-load.ts";
import { percentile } from "./report.support.ts";
import type { LoadReport } from "./report.ts";
import { serve } from "./server.support.ts";

const never = new AbortController().signal;
const total = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** One second of a closed loop of four connections, with `changes`. */
function planOf(urls: readonly string[], changes: Partial<LoadPlan> = {}): LoadPlan {
  return {
    loop: "closed",
    level: 4,
    durationMs: 1000,
    warmUpMs: 0,
    spacing: "constant",
    maxConnections: 100,
    urls: urls.map((url) => new URL(url)),
    timeoutMs: 30_000,
    ...changes,
  };
}

/** Checks invariants of every report. */
function expectConsistent(report: LoadReport): void {
  const { requests, failed, statuses, errors, timeline } = report;
  expect(total(statuses) + total(errors)).toBe(requests);
  expect(addTimes(timeline)).toMatchObject({ requests, failed, histogram: report.histogram });
  expect(decodeHistogram(report.histogram).totalCount).toBe(requests);
  for (const [index, { atMs }] of timeline.entries())
    expect(atMs).toBe((timeline[0]?.atMs ?? 0) + index * 1000);
}

const open = (level: number, durationMs: number): Partial<LoadPlan> => ({ loop: "open", level, durationMs });

const loops: [loop: "closed" | "open", changes: Partial<LoadPlan>][] = [
  ["closed", {}],
  ["open", open(200, 1000)],
];

test.each(loops)("%s loop: counts every request by status and error", async (_, changes) => {
  const seen = { "/well": 0, "/ill": 0 };
  let unexpected = 0;
  const origin = await serve((request, response) => {
    const path = request.url as keyof typeof seen;
    const kind = seen[path]++ % 4;
    if (path === "/well") response.end("12345");
    else if (kind === 0) request.socket.destroy();
    // Announces more than it sends.
    else if (kind === 1)
      response.writeHead(200, { "content-length": 100 }).write("half", () => request.socket.destroy());
    else {
      unexpected++;
      response.writeHead(kind === 2 ? 302 : 503, { location: "/elsewhere" }).end();
    }
  });
  const report = await generateLoad(planOf([`${origin}/well`, `${origin}/ill`], changes), never);
  expectConsistent(report);
  expect(report).toMatchObject({ requests: seen["/well"] + seen["/ill"], failed: seen["/ill"] });
  expect(Math.abs(seen["/well"] - seen["/ill"])).toBeLessThanOrEqual(1);
  const { 200: expected, 302: redirects = 0, 503: faults = 0 } = report.statuses;
  expect([expected, redirects + faults]).toEqual([seen["/well"], unexpected]);
  const lost = ["UND_ERR_SOCKET", "ECONNRESET"];
  expect(Object.keys(report.errors).filter((name) => !lost.includes(name))).toEqual([]);
});

test.each(loops)("%s loop: gives up requests that take too long", async (_, changes) => {
  let count = 0;
  const origin = await serve((_, response) => {
    if (count++ % 2 === 1) response.end("good");
  });
  const plan = planOf([origin], changes);
  const report = await generateLoad({ ...plan, timeoutMs: 200 }, never);
  expectConsistent(report);
  expect(count).toBeGreaterThan(1);
  // A busy machine may be late with the others.
  expect(Object.keys(report.errors)).toEqual(["TIMEOUT"]);
  expect(report.errors.TIMEOUT).toBeGreaterThanOrEqual(Math.ceil(count / 2));
  expect(percentile(report.histogram, 99)).toBeGreaterThan(200);
});

test.each(loops)("%s loop: when cancelled, ends with what it has", async (_, changes) => {
  let count = 0;
  const cancellation = new AbortController();
  const origin = await serve((_, response) => {
    if (++count === 50) cancellation.abort();
    // Requests that are held at the cancellation get no response.
    if (count < 50) response.end();
  });
  const plan = planOf([origin], { ...changes, durationMs: 60_000 });
  const report = await generateLoad(plan, cancellation.signal);
  const countAtEnd = count;
  expectConsistent(report);
  expect(report).toMatchObject({ cancelled: true, failed: 0 });
  expect(report.requests).toBeLessThan(50);
  expect(report.requests).toBeGreaterThan(0);
  expect(report.durationMs).toBeLessThan(60_000);
  expect(count).toBe(countAtEnd);
});

test.each(loops)("%s loop: counts refusals until its target returns", async (_, changes) => {
  const cancellation = new AbortController();
  let count = 0;
  const target = createServer((_, response) => {
    response.end();
    if (++count === 50) target.close().closeAllConnections();
    if (count === 150) cancellation.abort();
  });
  onTestFinished(() => void target.close().closeAllConnections());
  await once(target.listen(0, "127.0.0.1"), "listening");
  const { port } = target.address() as AddressInfo;
  const plan = planOf([`http://127.0.0.1:${port}`], { ...changes, durationMs: 60_000, maxConnections: 4 });
  let lost = 0;
  const report = await generateLoad(plan, cancellation.signal, ({ failed }) => {
    lost += failed;
    // Each of the four connections is lost once; later failures are refusals.
    if (lost > 8 && !target.listening) target.listen(port, "127.0.0.1");
  });
  expectConsistent(report);
  expect(report.errors.ECONNREFUSED).toBeGreaterThan(0);
  expect(report.statuses["200"]).toBeGreaterThan(100);
});

test("has counted nothing, in no time, when cancelled in its warm-up", async () => {
  const cancellation = new AbortController();
  const origin = await serve(() => cancellation.abort());
  const report = await generateLoad(planOf([origin], { warmUpMs: 60_000 }), cancellation.signal);
  expect(report).toMatchObject({ cancelled: true, requests: 0, durationMs: 0, timeline: [] });
});

test("has as many requests in progress as a closed loop has connections", async () => {
  let inProgress = 0;
  let most = 0;
  const origin = await serve((_, response) => {
    most = Math.max(most, ++inProgress);
    setTimeout(() => {
      inProgress--;
      response.end();
    }, 5);
  });
  const report = await generateLoad(planOf([origin], { level: 12 }), never);
  expect(most).toBe(12);
  expect(report.failed).toBe(0);
});

describe("an open loop", () => {
  it("counts what is due after the warm-up, to the request", async () => {
    const origin = await serve((_, response) => response.end());
    const report = await generateLoad(planOf([origin], { ...open(150, 1000), warmUpMs: 500 }), never);
    expect(report.requests).toBe(150);
  });

  it("uses no more connections than allowed, and reports requests that were late for it", async () => {
    const sockets = new Set<unknown>();
    const origin = await serve(({ socket }, response) => {
      sockets.add(socket);
      setTimeout(() => response.end(), 50);
    });
    const report = await generateLoad(planOf([origin], { ...open(200, 1000), maxConnections: 2 }), never);
    expectConsistent(report);
    expect(sockets.size).toBe(2);
    // Two connections can send 40 of the 200 a second: nothing is left out, nothing is sent silently later.
    expect(report.requests).toBe(200);
    expect(report.generator.lateForConnections).toBeGreaterThan(100);
    expect(report.generator.latestMs).toBeGreaterThan(1000);
    expect(percentile(report.histogram, 90)).toBeGreaterThan(1000);
  });

  it("counts requests that never got a connection as failed", async () => {
    const origin = await serve(() => {});
    const plan = planOf([origin], { ...open(100, 500), maxConnections: 1 });
    const report = await generateLoad({ ...plan, timeoutMs: 300 }, never);
    expectConsistent(report);
    expect(report.requests).toBe(50);
    expect(report.failed).toBe(50);
    expect(report.errors.NOT_SENT).toBeGreaterThan(40);
  });
});

test("shows a stall of the target in the latency of each request that was due in it", async () => {
  let stalledUntil = 0;
  let count = 0;
  const origin = await serve((_, response) => {
    if (++count === 50) stalledUntil = performance.now() + 1500;
    setTimeout(() => response.end(), Math.max(0, stalledUntil - performance.now()));
  });
  const report = await generateLoad(planOf([origin], open(100, 3000)), never);
  expect(report.requests).toBe(300);
  // Half of all requests were due in it; a closed loop's few connections would have sent one each.
  expect(percentile(report.histogram, 75)).toBeGreaterThan(500);
});
