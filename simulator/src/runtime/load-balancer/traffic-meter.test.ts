import { expect, it } from "vitest";
import { createTrafficMeter } from "./traffic-meter.ts";

it("counts events since the last call", () => {
  const meter = createTrafficMeter();
  meter.countRequest();
  meter.countTargetAnswer(200, 1);
  meter.countTargetAnswer(503, 2);
  meter.countErrorPage(502);
  expect(meter.take()).toMatchObject({
    requests: 1,
    targetAnswers: [0, 0, 1, 0, 0, 1],
    errorPages: new Map([[502, 1]]),
  });
  expect(meter.take()).toEqual({
    requests: 0,
    targetAnswers: [0, 0, 0, 0, 0, 0],
    errorPages: new Map(),
    responseTimes: new Map(),
  });
});

it.each([0, 0.002, 0.03, 0.4, 5, 61, 720, 8_300, 94_000])(
  "keeps a response time of %d ms to 1.6 %%",
  (time) => {
    const meter = createTrafficMeter();
    meter.countTargetAnswer(200, time);
    const [seconds = Number.NaN] = meter.take().responseTimes.keys();
    expect(Math.abs(seconds * 1000 - time)).toBeLessThanOrEqual(time * 0.016);
  },
);
