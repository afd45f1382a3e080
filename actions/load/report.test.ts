import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { describe, expect, it, onTestFinished, test } from "vitest";
import { summarise } from "./counts.ts";
import { percentile, reportOf } from "./report.support.ts";
import { type LoadReport, mergeReports, readReport } from "./report.ts";

const start = "2026-03-01T10:00:00.000Z";
const fast = Array.from({ length: 990 }, (_, index) => 1 + index / 100);
const slow = Array.from({ length: 110 }, (_, index) => 100 + index * 7);

describe("mergeReports", () => {
  it("returns the percentiles that one generator would have measured", () => {
    const merged = mergeReports([reportOf(start, [fast]), reportOf(start, [slow])]);
    const whole = reportOf(start, [[...fast, ...slow]]);
    const { histogram, timeline } = whole;
    expect(merged).toMatchObject({ requests: 1100, histogram, timeline });
    expect(summarise(merged)).toEqual(summarise(whole));
    // Not the mean of the two: (7 + 800) / 2.
    expect(percentile(merged.histogram, 99)).toBeGreaterThan(780);
  });

  it("adds counts by status and error, and keeps the worst of the generators", () => {
    const one = reportOf(start, [[1, 2]], {
      failed: 2,
      statuses: { 200: 5, 503: 1 },
      errors: { ECONNRESET: 1 },
      generator: { busiestCore: 0.1, late: 3, latestMs: 40, lateForConnections: 1 },
    });
    const other = reportOf(start, [[3]], {
      failed: 1,
      statuses: { 200: 7 },
      errors: { ECONNRESET: 2, TIMEOUT: 4 },
      generator: { busiestCore: 0.9, late: 1, latestMs: 20, lateForConnections: 1 },
      targets: ["http://web.example/", "http://web.example/other"],
      cancelled: true,
    });
    expect(mergeReports([one, other])).toMatchObject({
      generators: 2,
      level: 4,
      plannedMs: 1000,
      requests: 3,
      failed: 3,
      statuses: { 200: 12, 503: 1 },
      errors: { ECONNRESET: 3, TIMEOUT: 4 },
      targets: ["http://web.example/", "http://web.example/other"],
      generator: { busiestCore: 0.9, late: 4, latestMs: 40, lateForConnections: 2 },
      cancelled: true,
    });
  });

  it("lines up the seconds of generators that did not start together", () => {
    const one = reportOf(start, [[1], [1, 1]]);
    const later = reportOf("2026-03-01T10:00:01.000Z", [[2], [2, 2]]);
    const merged = mergeReports([later, one]);
    expect(merged).toMatchObject({ startedAt: start, durationMs: 3000 });
    expect(merged.timeline.map(({ requests }) => requests)).toEqual([1, 3, 2]);
  });

  it.each<[Partial<LoadReport>, RegExp]>([
    [{ loop: "open" }, /one is of a closed loop for 1000 ms, another one of an open loop for 1000 ms/],
    [{ plannedMs: 2000 }, /a closed loop for 1000 ms, another one of a closed loop for 2000 ms/],
  ])("refuses a report with %j", (changes, message) => {
    const [one, other] = [reportOf(start, [[1]]), reportOf(start, [[1]], changes)];
    expect(() => mergeReports([one, other])).toThrow(message);
  });
});

test("summarises rates and percentiles, also of nothing", () => {
  const summary = summarise(reportOf(start, [fast, slow], { failed: 11 }));
  expect(summary.requestsPerSecond).toBe(550);
  expect(summary.errorRate).toBeCloseTo(0.01);
  expect(summary.p50Ms).toBeCloseTo(6.49, 1);
  expect(summary.maxMs).toBeCloseTo(863, -1);
  expect(Object.values(summarise(reportOf(start, [])))).toEqual([0, 0, 0, 0, 0, 0]);
});

describe("readReport", () => {
  async function readWritten(text: string | undefined): Promise<LoadReport> {
    const folder = useFolder(onTestFinished);
    const file = join(folder, "report.json");
    if (text !== undefined) await writeFile(file, text);
    return readReport(file);
  }
  const good = reportOf(start, [[1, 2, 3]]);

  it.each<[string, string | undefined, RegExp]>([
    ["no file", undefined, /report\.json is not a load report: ENOENT/],
    ["no JSON", "{", /report\.json is not a load report: .*JSON/],
    ["another file", '{"version":1,"requests":3}', /is not a load report/],
    ["null", "null", /is not a load report/],
    ["a later version", JSON.stringify({ ...good, version: 2 }), /version 2, but .* only reads version 1/],
    ["a torn histogram", JSON.stringify({ ...good, histogram: "HISTxx" }), /is not a load report: /],
  ])("refuses %s", async (_, text, message) => {
    await expect(readWritten(text)).rejects.toThrow(message);
  });
});
