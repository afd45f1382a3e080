import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { awsTimeVariable } from "./clocks/aws-time.ts";
import { answersOf, startStubAws } from "./polling/answers.ts";
import { grid, type Row } from "./polling/deployments.ts";
import { taskDefinition } from "./polling/facts.ts";
import { runVirtually } from "./polling/measure-polling.ts";
import { runAction } from "./run-action.ts";

const folder = mkdtempSync(join(tmpdir(), "one-row-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

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
  if (require.main === module) module.exports();
`;
const peer = join(folder, "index.cjs");
writeFileSync(peer, standIn);
writeFileSync(join(folder, "task.json"), JSON.stringify(taskDefinition));

describe.each([
  ["ours", resolve("actions/deploy-service/src/index.ts"), { deadline: "6h" }],
  ["peer", peer, {}],
] as const)("a rolling update of two minutes, with %s", (side, bundle, inputs) => {
  it("is followed to its end under the virtual clock", async () => {
    const [run] = await runVirtually({ side, bundle, inputs, folder, row: 0, runs: 1 });
    expect(run).toMatchObject({ row: 0, green: true, complaint: "" });
    expect(run?.lagMs).toBeGreaterThanOrEqual(0);
    expect(run?.lagMs).toBeLessThan(15_000);
  });

  it("is followed to its end under the scaled clock", async () => {
    const stub = await startStubAws();
    onTestFinished(stub.close);
    const time = { epoch: Date.now(), scale: 200 };
    // Each call takes five seconds of AWS, so that this machine's speed has no effect.
    let now = time.epoch;
    const deployment = (grid[0] as Row).deploy(() => 0.5);
    stub.answers = answersOf(deployment, { createdAt: undefined }, () => (now += 5_000));
    const environment = {
      ...{ AWS_ENDPOINT_URL: stub.endpoint, AWS_REGION: "us-east-1" },
      ...{ AWS_ACCESS_KEY_ID: "AKIASCALED", AWS_SECRET_ACCESS_KEY: "scaled" },
      [awsTimeVariable]: JSON.stringify(time),
    };
    const target = { "task-definition": "task.json", cluster: "main", service: "web" };
    const preload = fileURLToPath(new URL("./clocks/scaled-clock.ts", import.meta.url));
    const step = { bundle, inputs: { ...inputs, ...target }, environment, preload, folder };
    const { green, log } = await runAction(step);
    expect(green, log).toBe(true);
    expect(stub.calls.filter((call) => call.startsWith("DescribeService")).length).toBeGreaterThan(10);
  });
});
