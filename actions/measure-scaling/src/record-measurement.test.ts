import { expect, test } from "vitest";
import { reportOf } from "../../shared/load/report.support.ts";
import type { LoadReport } from "../../shared/load/report.ts";
import { measureTogether } from "./record-measurement.ts";

const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 10, 0, second)).toISOString();
/** A report with this many requests of 10 ms in each of its seconds. */
const sending = (startedAt: string, perSecond: number[], changes: Partial<LoadReport> = {}) =>
  reportOf(
    startedAt,
    perSecond.map((requests) => Array.from({ length: requests }, () => 10)),
    changes,
  );

test("counts everything of one generator", () => {
  const load = measureTogether([sending(at(0), [10, 30], { failed: 10 })]);
  expect(load).toMatchObject({ generators: 1, durationMs: 2000, offeredPerSecond: 20, errorRate: 0.25 });
  expect(load.answeredPerSecond).toBe(15);
});

test("counts only the seconds in which all of several generators sent", () => {
  const early = sending(at(0), [50, 10, 10, 10]);
  const late = sending(at(1), [10, 10, 10, 50]);
  const load = measureTogether([early, late]);
  // Neither the 50 that one sent alone at the start nor those at the end.
  expect(load).toMatchObject({ generators: 2, durationMs: 3000, offeredPerSecond: 20, startedAt: at(1) });
  expect(load.p99Ms).toBeCloseTo(10, 1);
});

test("refuses generators that hardly sent together", () => {
  const reports = [sending(at(0), [1, 1, 1, 1]), sending(at(3), [1, 1, 1, 1])] as const;
  expect(() => measureTogether([...reports])).toThrow(
    "The 2 generators sent load at the same time for only 1 s of 4 s",
  );
  expect(() => measureTogether([sending(at(0), [1]), sending(at(30), [1])])).toThrow("for only 0 s");
});
