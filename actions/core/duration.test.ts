import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "./duration.ts";

test.each([
  ["45m", 2_700_000],
  ["1h30m", 5_400_000],
  ["90s", 90_000],
  ["", undefined],
  ["45", undefined],
  ["0m", undefined],
  ["-5m", undefined],
  ["5 m", undefined],
])("parses the duration %j as %s ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  [850, "850 ms"],
  [12_400, "12 s"],
  [185_000, "3 min 5 s"],
  [3_840_000, "1 h 4 min"],
])("formats %s ms as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
