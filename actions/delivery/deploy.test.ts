import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { markdownOf } from "../core/card.ts";
import { createEcsStage } from "./ecs/stage.support.ts";
import type { DeployInputs } from "./inputs.ts";
import { createStage, type Stage } from "./stage.support.ts";
import { summaryOf } from "./summary.ts";

const ofEcs = (configuration: DeploymentConfiguration) => () => createEcsStage(configuration);

const kinds: [string, () => Promise<Stage>][] = [
  ["CodeDeploy", createStage],
  ["ECS ROLLING", ofEcs({ strategy: "ROLLING" })],
  ["ECS BLUE_GREEN", ofEcs({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 })],
  [
    "ECS CANARY",
    ofEcs({
      strategy: "CANARY",
      bakeTimeInMinutes: 5,
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
    }),
  ],
  [
    "ECS LINEAR",
    ofEcs({
      strategy: "LINEAR",
      bakeTimeInMinutes: 5,
      linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 5 },
    }),
  ],
];

async function expectProgress(stage: Stage, kind: string): Promise<void> {
  const { record, error, lines } = await stage.deploy("one");
  expect(error).toBeUndefined();
  expect(await stage.page()).toBe("one");
  expect(record).toMatchObject({ status: "succeeded", changed: true, image: stage.image });
  expect(record.deploymentId).toMatch(kind === "CodeDeploy" ? /^d-/ : /:service-deployment\/main\/web\//);
  expect(record.revisionAfter).not.toBe(record.revisionBefore);
  expect(record.traffic[0]).toEqual({ atMs: 0, blue: 100, green: 0 });
  expect(record.traffic.at(-1)).toMatchObject({ blue: 0, green: 100 });
  expect(lines).toMatch(/deployment (SUCCESSFUL|Succeeded)/);
  expect(lines).toMatch(/traffic: old 0 %, new 100 %/);
  const times = Object.values(record.durations);
  expect(Object.keys(record.durations)).toEqual(["registered", "started", "traffic-shifted", "complete"]);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(markdownOf(summaryOf(record))).toMatch(/^### ✅ web:\d+ \(one\) deployed after /);
  expect(markdownOf(summaryOf(record))).toContain("\nxychart-beta\n");
}

describe.each(kinds)("under %s", (kind, create) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await create();
  });
  afterAll(() => stage?.close());

  const serviceNow = async () => {
    const { cluster } = stage.inputs("");
    const { services } = await stage.simulator.aws.ecs.describeServices({ cluster, services: ["web"] });
    return services?.[0];
  };
  const countRevisions = async () =>
    (await stage.simulator.aws.ecs.listTaskDefinitions({})).taskDefinitionArns?.length;

  test("deploys a new revision and logs its progress live", () => expectProgress(stage, kind));

  test("creates neither a revision nor a deployment for the same input again, unless forced", async () => {
    const before = await countRevisions();
    const again = await stage.deploy("one");
    expect(again.error).toBeUndefined();
    expect(again.record).toMatchObject({ status: "succeeded", changed: false, deploymentId: "" });
    const forced = await stage.deploy("one", { force: true });
    expect(forced.error).toBeUndefined();
    expect(forced.record).toMatchObject({ status: "succeeded", changed: true });
    expect(forced.record.deploymentId).not.toBe("");
    expect(forced.record.revisionAfter).toBe(again.record.revisionAfter);
    expect(await countRevisions()).toBe(before);
  });

  test("succeeds at traffic-shifted once all of production is new; the next deployment waits for the rest", async () => {
    const early = await stage.deploy("two", { waitUntil: "traffic-shifted" });
    expect(early.error).toBeUndefined();
    expect(early.record.status).toBe("traffic-shifted");
    expect(await stage.page()).toBe("two");
    const next = await stage.deploy("three", { desiredCount: 2 });
    expect(next.error).toBeUndefined();
    if (/BLUE|CANARY|LINEAR/.test(kind)) expect(next.lines).toContain("Waiting for service deployment ");
    expect(next.record.status).toBe("succeeded");
    expect(await stage.page()).toBe("three");
    expect(await serviceNow()).toMatchObject({ desiredCount: 2, runningCount: 2 });
  });

  test("deploys a registered revision as it is", async () => {
    const { taskDefinition, taskSets } = (await serviceNow()) ?? {};
    const now = taskSets?.[0]?.taskDefinition ?? taskDefinition ?? "";
    const [, family, number] = /\/(.+):(\d+)$/.exec(now) ?? [];
    const revision = `${family}:${Number(number) - 1}`;
    const { record, error } = await stage.deploy("none", { source: { revision }, desiredCount: 1 });
    expect(error).toBeUndefined();
    expect(record.revisionAfter).toMatch(new RegExp(`/${revision}$`));
    expect(await stage.page()).toBe("two");
  });
});

describe("a service of CodeDeploy", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(() => stage?.close());

  test.each<[string, Partial<DeployInputs>, RegExp]>([
    ["a missing cluster", { cluster: "none" }, /ECS cluster none does not exist/],
    [
      "a missing application",
      { codeDeployApplication: "none" },
      /CodeDeploy application none \(input codedeploy-application\) does not exist/,
    ],
    [
      "a missing group",
      { codeDeployDeploymentGroup: "none" },
      /application outside has no deployment group none \(input codedeploy-deployment-group\)/,
    ],
  ])("is refused with %s before anything changes", async (_, changes, message) => {
    const { error, record } = await stage.deploy("five", changes);
    expect(error?.message).toMatch(message);
    expect(record.revisionAfter).toBe("");
  });

  test("uses the given deployment configuration instead of the group's", async () => {
    const refused = await stage.deploy("canary", {
      codeDeployDeploymentConfig: "CodeDeployDefault.ECSCanary",
    });
    expect(refused.error?.message).toContain(
      "CodeDeploy deployment configuration CodeDeployDefault.ECSCanary (input codedeploy-deployment-config) does not exist",
    );
    const { record, error } = await stage.deploy("canary", {
      codeDeployDeploymentConfig: "CodeDeployDefault.ECSCanary10Percent5Minutes",
    });
    expect(error).toBeUndefined();
    expect(record.traffic.map(({ green }) => green)).toEqual([0, 10, 100]);
  });
});
