import { expect, test } from "vitest";
import { markdownOf } from "../../core/card.ts";
import { Failure } from "../../core/failure.ts";
import { reportOf } from "../../load/report.support.ts";
import { summaryOf, warningsOf } from "./publish.ts";
import { verdictOf } from "./run-load-test.ts";

const running = new AbortController().signal;

/** Measures so many seconds, each with requests of 10 ms or more, 20 ms and 30 ms. */
const report = (seconds: number, changes: Parameters<typeof reportOf>[2] = {}) =>
  reportOf(
    "2026-03-01T10:00:00.000Z",
    Array.from({ length: seconds }, (_, index) => [10 + index, 20, 30]),
    changes,
  );

test("shows the assertions, the targets and the course of a green test over time", () => {
  const assertions = [{ text: "p99 < 300ms", value: 32.2, ok: true }];
  const summary = markdownOf(summaryOf({ status: "passed", report: report(3, { assertions }) }));
  expect(summary).toContain("### ✅ Load test passed: 3 requests/s, p99 30 ms");
  expect(summary).toContain("| ✅ | p99 &lt; 300ms | 32.2 ms |");
  expect(summary).toContain("| 9 | 3 | 0 | 20 ms | 30 ms | 30 ms | 30 ms |");
  expect(summary).toContain('  x-axis "seconds" 0 --> 3\n  y-axis "ms" 0 --> 33');
  expect(summary).toContain("  line [30, 30, 30]\n  line [20, 20, 20]");
  expect(summary.match(/xychart-beta/g)).toHaveLength(2);
});

test("shows the responses of a test with failures", () => {
  const failed = report(3, { failed: 2, statuses: { 200: 7 }, errors: { ECONNRESET: 2 } });
  const summary = markdownOf(summaryOf({ status: "failed", failure: new Failure("why"), report: failed }));
  expect(summary).toContain("**why**");
  expect(summary).toContain("| HTTP 200 | 7 |\n| ECONNRESET | 2 |");
});

test("draws a long test in no more points than are visible", () => {
  const summary = markdownOf(summaryOf({ status: "passed", report: report(601) }));
  const points = /line \[(.*)\]/.exec(summary)?.[1]?.split(",") ?? [];
  expect(points).toHaveLength(55);
});

test.each<[string, Parameters<typeof reportOf>[2], string | undefined]>([
  ["requests failed without an assertion", { failed: 2 }, undefined],
  [
    "an assertion does not hold",
    { assertions: [{ text: "p99 < 5ms", value: 31, ok: false }] },
    "Assertion p99 < 5ms failed: measured 31 ms",
  ],
  ["everything failed", { failed: 9, statuses: { 503: 9 } }, "All 9 requests failed: 503 9 times"],
  ["nothing was sent", { requests: 0 }, "No request was sent"],
  [
    "a generator was cancelled",
    { cancelled: true, generators: 2 },
    "A generator was cancelled; the report holds the 9 requests counted until then by 2 generators",
  ],
])("decides when %s", (_, changes, message) => {
  const { status, failure } = verdictOf(report(3, changes), running);
  expect(failure?.message).toBe(message);
  expect(status === "passed").toBe(message === undefined);
});

test("warns of a generator at its own limit, or late", () => {
  const generator = { busiestCore: 0.97, late: 5, latestMs: 1234, lateForConnections: 3 };
  const busyAndLate = report(3, { generator });
  expect(warningsOf(busyAndLate)).toEqual([
    expect.stringContaining("busy 97 % of the time: these results may show its limit"),
    "The generator was late by up to 1234 ms: 5 of 9 requests were sent more than 10 ms after they were due, 3 because all connections were in use, the others because the machine was busy. The latency includes their wait.",
  ]);
  expect(markdownOf(summaryOf({ status: "passed", report: busyAndLate }))).toContain(
    "⚠️ The generator was late",
  );
});
