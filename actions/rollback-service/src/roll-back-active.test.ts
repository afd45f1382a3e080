import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createWaitingEcsStage, pausingFor } from "../../delivery/ecs/stage.support.ts";
import type { DeployInputs } from "../../delivery/inputs.ts";
import { commitTagKey } from "../../delivery/order/run-tag.ts";
import { DeploymentRecord } from "../../delivery/record.ts";
import {
  createGatedStage,
  createWaitingStage,
  longestWaitMinutes as minutes,
  readTag,
  type Stage,
} from "../../delivery/stage.support.ts";
import { productionNow } from "../../delivery/verdict.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { commitOf, release, tryDeploy, tryRollBack } from "./rollback.support.ts";

const ofEcs = (configuration: DeploymentConfiguration) => () => createWaitingEcsStage(configuration);

/** Stages, each with the bad version, and how far its release gets before it stays there. */
const kinds: [string, () => Promise<Stage>, string, DeployInputs["waitUntil"]][] = [
  ["CodeDeploy", createWaitingStage, "bad", "traffic-shifted"],
  ["ECS BLUE_GREEN", ofEcs({ strategy: "BLUE_GREEN", bakeTimeInMinutes: minutes }), "bad", "traffic-shifted"],
  [
    "ECS CANARY",
    ofEcs({
      strategy: "CANARY",
      bakeTimeInMinutes: 0,
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: minutes },
    }),
    "bad",
    "started",
  ],
  [
    "ECS LINEAR",
    ofEcs({
      strategy: "LINEAR",
      bakeTimeInMinutes: 0,
      linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: minutes },
    }),
    "bad",
    "started",
  ],
  ["ECS ROLLING", ofEcs({ strategy: "ROLLING" }), "crash", "started"],
];

describe.each(kinds)("ending a running deployment under %s", (_, create, version, waitUntil) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await create();
  });
  afterAll(() => stage?.close());

  test("stops it, rolls it back, and waits until production is complete again", async () => {
    await stage.simulator.clock.until(async () => (await stage.page()) === "1");
    await release(stage, version, 12, { waitUntil });
    const { record, error, lines } = await tryRollBack(stage, { to: "active" });
    expect(error).toBeUndefined();
    expect(record).toMatchObject({
      status: "succeeded",
      changed: true,
      deploymentId: expect.stringMatching(/./),
    });
    expect(lines).toMatch(
      /eployment \S+ of web:\d+ is in progress: stopping it with rollback is the quickest way back/,
    );
    expect(record.notes.join()).toMatch(/of web:\d+ was stopped and rolled back; web runs web:1\.$/);
    expect(await stage.page()).toBe("1");
    expect(await readTag(stage, commitTagKey)).toBe(commitOf("rollback"));
  });

  test("also works with last-good, and fails the job that deployed", async () => {
    const deploying = new DeploymentRecord("", "web");
    const job = tryDeploy(stage, version, 13, { maxFailedTasks: 100 }, deploying);
    await stage.simulator.clock.until(async () => deploying.deploymentId !== "");
    const { record, error } = await tryRollBack(stage, {});
    expect(error).toBeUndefined();
    expect(shortRevision(record.revisionAfter)).toBe("web:1");
    expect((await job).record.status).toBe("rolled-back");
    expect(await stage.page()).toBe("1");
  });

  test("is followed by the given revision", async () => {
    const to = await release(stage, "named", 14, { waitUntil: "registered" });
    await release(stage, version, 14, { waitUntil });
    const { record } = await tryRollBack(stage, { to }, { cancelAt: / of web is created\.$/ });
    expect(record).toMatchObject({ status: "cancelled", revisionAfter: to });
    await stage.simulator.clock.until(async () => (await stage.page()) === "named");
  });

  test("fails when the given revision then fails", async () => {
    const to = await release(stage, "crash", 15, { waitUntil: "registered" });
    const { record, error } = await tryRollBack(stage, { to, "max-failed-tasks": "1" });
    expect(error?.message).toMatch(/cannot read the menu/);
    expect(record.status).toBe("rolled-back");
  });
});

test.each<[string, () => Promise<Stage>]>([
  ["CodeDeploy", () => createGatedStage(30)],
  ["ECS", () => createWaitingEcsStage(pausingFor(30))],
])("ends what waits for its approval, and waits for none on the way back, under %s", async (_, create) => {
  const stage = await create();
  const goOn = (number: number) =>
    tryDeploy(stage, "unused", number, { mode: "continue", source: { revision: "" } });
  onTestFinished(() => stage.close());
  await stage.simulator.clock.until(async () => (await stage.page()) === "1");
  await release(stage, "rejected", 1, { waitUntil: "ready" });
  const ended = await tryRollBack(stage, {});
  expect(ended.error).toBeUndefined();
  expect(ended.record.notes.join()).toMatch(/of web:\d+ was stopped and rolled back; web runs web:1\.$/);
  expect(productionNow(ended.record)).toBe("web:1 (unchanged)");
  expect((await goOn(1)).error?.message).toMatch(/No deployment of web:\d+ waits .* was not continued: /);
  await release(stage, "approved", 2, { waitUntil: "ready" });
  expect((await goOn(2)).error).toBeUndefined();
  expect(await stage.page()).toBe("approved");
  const back = await tryRollBack(stage, { to: "1" });
  expect(back.error).toBeUndefined();
  expect(await stage.page()).toBe("1");
});
