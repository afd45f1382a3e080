import { expect, it } from "vitest";
import { decodeHistogram } from "./counts.ts";
import { createRecorder, type OnInterval } from "./generate-load.ts";
import type { Sent } from "./loop.ts";

/** Time of performance.now() at which a second of the clock begins. */
const wholeSecond = 1000 - (performance.timeOrigin % 1000);

/** Starts a recorder, so many milliseconds after the beginning of that second. */
function startRecorder(afterMs = 0, onInterval: OnInterval = () => {}) {
  const recorder = createRecorder(wholeSecond + afterMs, onInterval);
  return {
    record(atMs: number, changes: Partial<Sent> = {}) {
      const endedAt = wholeSecond + atMs;
      const response = { status: 200, error: undefined, detail: undefined, target: 0 };
      const times = { dueAt: endedAt - 5, endedAt, latencyMs: 5, lateMs: 0, lateForConnections: false };
      recorder.record({ ...response, ...times, ...changes });
    },
    advance: (atMs: number) => recorder.advance(wholeSecond + atMs),
    finish: (atMs: number) => recorder.finish(wholeSecond + atMs),
  };
}

it("counts responses in the second of the clock in which they came, with silent seconds and partial ones", () => {
  const recorder = startRecorder(600);
  recorder.record(700);
  recorder.record(1200, { status: 503 });
  recorder.record(4100);
  const { timeline, failed } = recorder.finish(4300);
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
  const reported: number[][] = [];
  const recorder = startRecorder(0, ({ requests, histogram }) => {
    reported.push([requests, decodeHistogram(histogram).totalCount]);
  });
  recorder.record(10);
  recorder.record(20);
  recorder.advance(3500);
  expect(reported).toEqual([
    [2, 2],
    [0, 0],
    [0, 0],
  ]);
});

it("counts as late what a person would, and says why", () => {
  const recorder = startRecorder();
  recorder.record(10, { lateMs: 9 });
  recorder.record(10, { lateMs: 300 });
  recorder.record(10, { lateMs: 200, lateForConnections: true });
  expect(recorder.finish(20).lateness).toEqual({ late: 2, latestMs: 300, lateForConnections: 1 });
});
