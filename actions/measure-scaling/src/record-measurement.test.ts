import { expect, test } from "vitest";
import { reportOf } from "../../load/report.support.ts";
import { measureTogether } from "./record-measurement.ts";

const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 10, 0, second)).toISOString();
/** A report that starts in this second, with this many requests of 10 ms in each second. */
const sending = (second: number, ...perSecond: number[]) =>
  reportOf(
    at(second),
    perSecond.map((requests) => Array.from({ length: requests }, () => 10)),
  );

test("counts everything of one generator", () => {
  const load = measureTogether([{ ...sending(0, 10, 30), failed: 10 }]);
  expect(load).toMatchObject({ generators: 1, durationMs: 2000, requestsPerSecond: 20, errorRate: 0.25 });
  expect(load.answeredPerSecond).toBe(15);
});

test("counts only the seconds in which all of several generators sent", () => {
  const load = measureTogether([sending(0, 50, 10, 10, 10), sending(1, 10, 10, 10, 50)]);
  // Neither the 50 that one sent alone at the start nor those at the end.
  expect(load).toMatchObject({ generators: 2, durationMs: 3000, requestsPerSecond: 20, startedAt: at(1) });
  expect(load.p99Ms).toBeCloseTo(10, 1);
});

test.each([
  [2, 2],
  [3, 1],
  [30, 0],
])("with a start %i s later, generators sent together for %i s of 4 s", (second, common) => {
  const measure = () => measureTogether([sending(0, 1, 1, 1, 1), sending(second, 1, 1, 1, 1)]);
  const tooShort = `The 2 generators sent load at the same time for only ${common} s of 4 s`;
  if (common >= 2) expect(measure().durationMs).toBe(common * 1000);
  else expect(measure).toThrow(tooShort);
});
