import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { decodeHistogram } from "./histogram.ts";
import type { Sent } from "./loop.ts";
import { createRecorder } from "./record-load.ts";

const urls = [new URL("http://web.example/")];

function sentAt(endedAt: number, changes: Partial<Sent> = {}): Sent {
  return {
    status: 200,
    error: undefined,
    bytes: 10,
    target: 0,
    dueAt: endedAt - 5,
    endedAt,
    latencyMs: 5,
    lateMs: 0,
    lateForConnections: false,
    ...changes,
  };
}

/** Time of performance.now() at which a second of the clock begins. */
const wholeSecond = 1000 - (performance.timeOrigin % 1000);

/** Starts a recorder at the beginning of a second. */
const startRecorder = (onInterval: Parameters<typeof createRecorder>[2] = () => {}) =>
  createRecorder(urls, wholeSecond, onInterval);

it("counts responses in the second of the clock in which they came, with silent seconds and partial ones", () => {
  const recorder = createRecorder(urls, wholeSecond + 600, () => {});
  recorder.record(sentAt(wholeSecond + 700));
  recorder.record(sentAt(wholeSecond + 1200, { status: 503 }));
  recorder.record(sentAt(wholeSecond + 4100));
  const { timeline, failed } = recorder.finish(wholeSecond + 4300);
  expect(failed).toBe(1);
  expect(timeline.map(({ durationMs, requests, failed }) => [durationMs, requests, failed])).toEqual([
    [400, 1, 0],
    [1000, 1, 1],
    [1000, 0, 0],
    [1000, 0, 0],
    [300, 1, 0],
  ]);
  expect(timeline[0]?.atMs).toBe(Math.round(performance.timeOrigin + wholeSecond));
});

it("reports each second when it is over, even without responses", () => {
  const reported: number[] = [];
  const recorder = startRecorder(({ requests }, histogram) => {
    expect(histogram.totalCount).toBe(requests);
    reported.push(requests);
  });
  recorder.record(sentAt(wholeSecond + 10));
  recorder.record(sentAt(wholeSecond + 20));
  recorder.advance(wholeSecond + 3500);
  expect(reported).toEqual([2, 0, 0]);
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

it("keeps no request: a million take no more room than 1,000", () => {
  const recorder = startRecorder();
  const heapAfter = (requests: number, second: number) => {
    for (let index = 0; index < requests; index++)
      recorder.record(sentAt(wholeSecond + second * 1000, { latencyMs: 1 + (index % 5000) / 10 }));
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = heapAfter(1000, 0);
  const after = heapAfter(1_000_000, 1);
  expect(after - before).toBeLessThan(10_000_000);
  const { histogram, requests } = recorder.finish(wholeSecond + 1000);
  expect(requests).toBe(1_001_000);
  expect(decodeHistogram(histogram).totalCount).toBe(1_001_000);
});

it("counts as late what a person would, and says why", () => {
  const recorder = startRecorder();
  recorder.record(sentAt(wholeSecond + 10, { lateMs: 9 }));
  recorder.record(sentAt(wholeSecond + 10, { lateMs: 300 }));
  recorder.record(sentAt(wholeSecond + 10, { lateMs: 200, lateForConnections: true }));
  expect(recorder.finish(wholeSecond + 20)).toMatchObject({ late: 2, latestMs: 300, lateForConnections: 1 });
});
