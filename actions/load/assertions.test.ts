import { expect, test } from "vitest";
import { readInputs } from "../core/inputs.ts";
import { checkAssertions, formatValue, readAssertions } from "./assertions.ts";
import { reportOf } from "./report.support.ts";
import type { LoadReport } from "./report.ts";

/** A hundred requests in two seconds: latencies 1 to 100 ms, one failed. */
const report = reportOf("2026-03-01T10:00:00.000Z", [
  Array.from({ length: 50 }, (_, index) => index + 1),
  Array.from({ length: 50 }, (_, index) => index + 51),
]);
const measured = { ...report, failed: 1 };

const read = (text: string) => readInputs(readAssertions, () => text);
const check = (text: string, of: LoadReport = measured) => checkAssertions(of, read(text))[0];

test.each<[string, boolean, string]>([
  ["p50 < 60ms", true, "50 ms"],
  ["p50<40ms", false, "50 ms"],
  ["p99 < 0.5s", true, "99 ms"],
  ["p99.5 <= 99000us", false, "100 ms"],
  ["max < 99ms", false, "100 ms"],
  ["error-rate < 1%", false, "1 %"],
  ["error-rate <= 1 %", true, "1 %"],
  ["requests-per-second > 49.9", true, "50"],
  ["requests >= 100", true, "100"],
  ["failed < 1", false, "1"],
])("evaluates %s: %s, measured %s", (text, ok, value) => {
  const result = check(text);
  expect(result).toMatchObject({ text, ok });
  expect(result && formatValue(result)).toBe(value);
});

test.each(["p99 < 1s", "error-rate < 1%", "failed < 1", "requests < 5"])(
  "fails the assertion %s when nothing was measured",
  (text) => {
    expect(check(text, reportOf("2026-03-01T10:00:00.000Z", []))?.ok).toBe(false);
  },
);

test.each<[string, RegExp]>([
  ["p99(/suppliers) < 1s", /expected a line such as p99 < 300ms/],
  ["p99", /expected a line such as p99 < 300ms/],
  ["p99 = 300ms", /with <, <=, > or >=/],
  ["p99 < 300", /"300" is not a time such as 300ms/],
  ["p99 < 300m", /"300m" is not a time/],
  ["p0 < 1ms", /"p0" is not p50/],
  ["p100 < 1ms", /"p100" is not p50/],
  ["mean < 1ms", /"mean" is not p50, p99.9, max, error-rate/],
  ["error-rate < 0.01", /"0.01" is not a percentage/],
  ["requests > 5ms", /"5ms" is not a number without a unit/],
  ["requests > -5", /"-5" is not a number/],
])("refuses %s", (text, message) => {
  expect(() => read(text)).toThrow(message);
});
