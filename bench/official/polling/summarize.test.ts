import { expect, test } from "vitest";
import { summarize } from "./measure-polling.ts";

const run = (lagSeconds: number, green = true, calls = 4) => ({
  row: 0,
  green,
  lagMs: lagSeconds * 1000,
  calls,
  complaint: green ? "" : "timed out",
});

test("takes lags from green runs and calls from all runs", () => {
  const lags = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((seconds) => run(seconds));
  expect(summarize([...lags, run(-600, false, 15)])).toEqual({
    meanLagSeconds: 5.5,
    p90LagSeconds: 9,
    greenPercent: 1000 / 11,
    meanCalls: 5,
    complaint: "timed out",
  });
});

test("reports no lag without a green run", () => {
  expect(summarize([run(-600, false)])).toMatchObject({ meanLagSeconds: Number.NaN, greenPercent: 0 });
});
