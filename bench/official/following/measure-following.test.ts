import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, it, test } from "vitest";
import { runVirtually, summarize } from "./measure-following.ts";
import { createRequestRates } from "./request-rates.ts";

const run = (lagSeconds: number, green = true, calls = 4) => ({
  row: 0,
  green,
  lagMs: lagSeconds * 1000,
  calls,
  throttled: green ? 0 : 2,
  tookMs: 100_000,
  complaint: green ? "" : "timed out",
});

test("takes lags from green runs and calls from all runs", () => {
  const lags = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((seconds) => run(seconds));
  expect(summarize([...lags, run(-600, false, 15)])).toEqual({
    meanLagSeconds: 5.5,
    p90LagSeconds: 9,
    greenPercent: 1000 / 11,
    meanCalls: 5,
    throttled: 2,
    longestSeconds: 100,
    complaint: "timed out",
  });
});

test("reports no lag without a green run", () => {
  expect(summarize([run(-600, false)])).toMatchObject({ meanLagSeconds: Number.NaN, greenPercent: 0 });
});

/** The official action is not part of this repository: this waits as it does, and by Node's promises. */
const standIn = `
  const { setTimeout: pause } = require("node:timers/promises");
  async function call(operation) {
    const headers = { "x-amz-target": "ECS." + operation };
    return (await fetch(process.env.AWS_ENDPOINT_URL, { method: "POST", headers })).json();
  }
  module.exports = async () => {
    await call("UpdateService");
    for (;;) {
      await new Promise((done) => setTimeout(done, 7_500));
      await pause(7_500);
      const { services: [service] } = await call("DescribeServices");
      if (service.deployments.length === 1) return;
    }
  };
`;
const folder = useFolder();
const peer = join(folder, "index.cjs");
writeFileSync(peer, standIn);

it.each([
  ["ours", resolve("actions/deploy-service/src/index.ts")],
  ["peer", peer],
] as const)(
  "follows a rolling update of two minutes to its end under the virtual clock: %s",
  async (side, bundle) => {
    const [run] = await runVirtually({ side, bundle, folder, row: 0, runs: 1 });
    expect(run).toMatchObject({ row: 0, green: true, complaint: "" });
    expect(run?.lagMs).toBeGreaterThanOrEqual(0);
    expect(run?.lagMs).toBeLessThan(15_000);
  },
);

test("starts all actions of a fleet at the same time", async () => {
  const bundle = resolve("actions/deploy-service/src/index.ts");
  const runs = await runVirtually({ side: "ours", bundle, folder, row: "fleet", runs: 3 });
  expect(runs.map(({ green }) => green)).toEqual([true, true, true]);
  expect(runs.every(({ lagMs }) => lagMs >= 0 && lagMs < 15_000)).toBe(true);
});

test("takes a request's token from the bucket of its group, which fills up again", () => {
  let now = 0;
  const mayPass = createRequestRates(() => now);
  const pass = (operation: string, times: number) =>
    Array.from({ length: times }, () => mayPass(operation)).filter(Boolean).length;
  expect(pass("RegisterTaskDefinition", 50)).toBe(20);
  expect(pass("DescribeServices", 60) + pass("ListServices", 60)).toBe(100);
  now = 3_000;
  expect(pass("RegisterTaskDefinition", 50)).toBe(3);
  expect(pass("GetDeployment", 200)).toBe(200);
});
