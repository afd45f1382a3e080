import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deploy } from "../deploy.ts";
import type { DeployInputs } from "../inputs.ts";
import { newRecord } from "../record.ts";
import type { Stage } from "../stage.support.ts";
import { summaryOf } from "../summary.ts";
import { createEcsStage } from "./stage.support.ts";

const strategies: [string, DeploymentConfiguration][] = [
  ["ROLLING", { strategy: "ROLLING" }],
  ["BLUE_GREEN", { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 }],
  [
    "CANARY",
    {
      strategy: "CANARY",
      bakeTimeInMinutes: 5,
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
    },
  ],
  [
    "LINEAR",
    {
      strategy: "LINEAR",
      bakeTimeInMinutes: 5,
      linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 5 },
    },
  ],
];

describe.each(strategies)("with the strategy %s", (strategy, configuration) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createEcsStage(configuration);
  });
  afterAll(() => stage?.close());

  const page = async () => (await fetch(stage.productionUrl)).text();

  async function run(version: string, changes: Partial<DeployInputs> = {}) {
    const context = stage.context();
    const record = newRecord("main", "web");
    record.startedAt = context.clock.now();
    const inputs = stage.inputs(await stage.taskDefinition(version), changes);
    const error: Error & { nextStep?: string } = await deploy(context, inputs, record).then(
      () => undefined as never,
      (reason) => reason,
    );
    return { record, error, lines: context.lines.join("\n") };
  }

  test("deploys a new revision and logs its progress live", async () => {
    const { record, error, lines } = await run("one");
    expect(error).toBeUndefined();
    expect(await page()).toBe("one");
    expect(record).toMatchObject({ status: "succeeded", changed: true, image: stage.image });
    expect(record.deploymentId).toMatch(/:service-deployment\/main\/web\//);
    expect(record.traffic[0]).toEqual({ atMs: 0, blue: 100, green: 0 });
    expect(record.traffic.at(-1)).toMatchObject({ blue: 0, green: 100 });
    expect(lines).toMatch(/deployment SUCCESSFUL/);
    expect(lines).toMatch(/traffic: old 0 %, new 100 %/);
    const times = Object.values(record.durations);
    expect(Object.keys(record.durations)).toEqual(["registered", "started", "traffic-shifted", "complete"]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(summaryOf(record)).toMatch(/^### ✅ web:\d+ \(one\) deployed after /);
    expect(summaryOf(record)).toContain("\nxychart-beta\n");
  });

  test("creates neither a revision nor a deployment for the same input again, unless forced", async () => {
    const again = await run("one");
    expect(again.error).toBeUndefined();
    expect(again.record).toMatchObject({ status: "succeeded", changed: false, deploymentId: "" });
    const forced = await run("one", { force: true });
    expect(forced.error).toBeUndefined();
    expect(forced.record).toMatchObject({ status: "succeeded", changed: true });
    expect(forced.record.revisionAfter).toBe(again.record.revisionAfter);
  });

  test("succeeds at traffic-shifted once all of production is new; the next deployment waits for the rest", async () => {
    const early = await run("two", { waitUntil: "traffic-shifted" });
    expect(early.error).toBeUndefined();
    expect(early.record.status).toBe("traffic-shifted");
    expect(await page()).toBe("two");
    const next = await run("three", { desiredCount: 2 });
    expect(next.error).toBeUndefined();
    if (strategy !== "ROLLING") expect(next.lines).toContain("Waiting for service deployment ");
    expect(next.record.status).toBe("succeeded");
    expect(await page()).toBe("three");
    const { services } = await stage.simulator.aws.ecs.describeServices({
      cluster: "main",
      services: ["web"],
    });
    expect(services?.[0]).toMatchObject({ desiredCount: 2, runningCount: 2 });
  });

  test("deploys a registered revision as it is", async () => {
    const { services } = await stage.simulator.aws.ecs.describeServices({
      cluster: "main",
      services: ["web"],
    });
    const [, family, number] = /\/(.+):(\d+)$/.exec(services?.[0]?.taskDefinition ?? "") ?? [];
    const revision = `${family}:${Number(number) - 1}`;
    const { record, error } = await run("none", { source: { revision }, desiredCount: 1 });
    expect(error).toBeUndefined();
    expect(record.revisionAfter).toMatch(new RegExp(`/${revision}$`));
    expect(await page()).toBe("two");
  });

  test("rolls back a crashing release and reports exit code and last log line, without any effect on production", async () => {
    const { record, error, lines } = await run("crash");
    expect(error?.message).toMatch(/^Container web exited with code 1: Error: cannot read the menu \(/);
    expect(error?.message).toMatch(/ROLLBACK_SUCCESSFUL; production still runs web:\d+\)$/);
    expect(record.status).toBe("rolled-back");
    expect(record.failedTasks.at(-1)).toMatchObject({ container: "web", exitCode: 1 });
    expect(lines).toMatch(/task \w+ stopped: /);
    expect(await page()).toBe("two");
  });
});
