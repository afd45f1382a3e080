import { createAlarm } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commitTagKey, runTagKey } from "../../delivery/order/run-tag.ts";
import { createStage, keepingOldTasks, readTag, type Stage } from "../../delivery/stage.support.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { findService } from "../../ecs/service.ts";
import { commitOf, release, tryDeploy, tryRollBack } from "./rollback.support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await createStage();
});
afterEach(() => stage?.close());

const ongoing = async () => {
  const { codedeploy } = stage.simulator.aws;
  return (await codedeploy.listDeployments({ includeOnlyStatuses: ["Created", "InProgress"] })).deployments;
};
const group = { applicationName: "outside", currentDeploymentGroupName: "web" };

async function waitBeforeTermination(minutes: number, waitTimeInMinutes = 0) {
  const settings = keepingOldTasks(minutes, waitTimeInMinutes);
  await stage.simulator.aws.codedeploy.updateDeploymentGroup({ ...group, ...settings });
}

test("says that there is nothing to go back to, and lists the existing revisions", async () => {
  const { error, record } = await tryRollBack(stage, {});
  expect(error?.message).toBe(
    "web has no good revision to roll back to: it runs web:1, and AWS lists no deployment of it",
  );
  expect(error?.nextStep).toBe("set one: active revisions are web:2, web:1 (input to).");
  expect(record.changed).toBe(false);
});

test("skips a good revision that is deregistered", async () => {
  const good = await release(stage, "good");
  await release(stage, "bad");
  await stage.simulator.aws.ecs.deregisterTaskDefinition({ taskDefinition: good });
  const { error, lines } = await tryRollBack(stage, {});
  expect(lines).toContain(`${shortRevision(good)} is deregistered; checking earlier revisions.`);
  expect(error?.message).toMatch(
    /^web has no good revision to roll back to: it runs web:\d+, and its last 2 deployments deployed no other revision that is still registered$/,
  );
  expect(await stage.page()).toBe("bad");
});

test.each(["anything changes", "the running deployment is stopped"])(
  "finds a missing image before %s",
  async (when) => {
    const good = await release(stage, "good");
    const isRunning = when.startsWith("the running");
    if (isRunning) await waitBeforeTermination(60);
    const bad = await release(stage, "bad", 1, isRunning ? { waitUntil: "traffic-shifted" } : {});
    await stage.simulator.aws.ecr.batchDeleteImage({
      repositoryName: "web",
      imageIds: [{ imageDigest: stage.image.split("@")[1] }],
    });
    const { error, record } = await tryRollBack(stage, isRunning ? { to: good } : {});
    expect(error?.message).toBe(`image ${stage.image} is not in ECR`);
    expect(record).toMatchObject({ changed: false, revisionBefore: bad, deploymentId: "" });
    expect(await stage.page()).toBe("bad");
  },
);

test("has nothing to undo when a release never reached production", async () => {
  await release(stage, "good");
  const { error: failed } = await tryDeploy(stage, "crash", 2);
  expect(failed?.message).toMatch(/cannot read the menu/);
  expect(await readTag(stage, commitTagKey)).toBe(commitOf(1));
  // CodeDeploy's own rollback may still be in progress: then it is waited for.
  const first = await tryRollBack(stage, {});
  expect(first.record).toMatchObject({ status: "succeeded", changed: false });
  const { error, record, lines } = await tryRollBack(stage, {});
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", changed: false });
  expect(lines).toMatch(/Nothing to roll back: .*\. web runs web:\d+; to roll back from it, set a revision/);
  expect(await readTag(stage, commitTagKey)).toBe(commitOf("rollback"));
  expect(await stage.page()).toBe("good");
});

test("goes back from a first release to what deploy-service noted, and not further", async () => {
  const count = async () => (await findService(stage.context(), stage.inputs(""))).production.runningCount;
  await stage.simulator.clock.until(async () => (await count()) === 1);
  await release(stage, "bad");
  const { error, record } = await tryRollBack(stage, {});
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", revisionAfter: expect.stringMatching(/web:1$/) });
  const again = await tryRollBack(stage, {});
  expect(again.record).toMatchObject({ status: "succeeded", changed: false });
  expect(again.lines).toContain("Nothing to roll back: production was already rolled back from web:");
});

test("chooses previous-revision by number, and says that it may never have run", async () => {
  const { error, record, lines } = await tryRollBack(stage, { to: "previous-revision" });
  expect(error?.message).toBe("Family web has no active revision before web:1, which web runs");
  expect(record.changed).toBe(false);
  expect(lines).toBe("");
  await release(stage, "bad");
  const back = await tryRollBack(stage, { to: "previous-revision" });
  expect(back.lines).toContain(
    "web:2 is used because of its number; whether it ever ran well is not checked.",
  );
  expect(back.record.revisionAfter).toMatch(/web:2$/);
});

test("is not stopped by the group's alarms, which the undone revision has set off", async () => {
  const { codedeploy, cloudwatch } = stage.simulator.aws;
  const good = await release(stage, "good");
  await release(stage, "bad");
  await createAlarm(stage.simulator.aws, "breaching");
  const state = async () => (await cloudwatch.describeAlarms({})).MetricAlarms?.[0]?.StateValue;
  await stage.simulator.clock.until(async () => (await state()) === "ALARM");
  await codedeploy.updateDeploymentGroup({
    ...group,
    alarmConfiguration: { enabled: true, alarms: [{ name: "errors" }] },
  });
  // They would stop a deployment.
  expect((await tryDeploy(stage, "next", 2)).record.cause).toMatch(/^Alarm errors went off/);
  await stage.simulator.clock.until(async () => (await ongoing())?.length === 0);
  const { error, record } = await tryRollBack(stage, { to: good });
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", changed: true });
  expect(await stage.page()).toBe("good");
});

test("leaves AWS's rollback in progress when cancelled, and says so", async () => {
  await release(stage, "good", 12);
  await waitBeforeTermination(60);
  await release(stage, "bad", 13, { waitUntil: "traffic-shifted" });
  const { error, record } = await tryRollBack(stage, {}, { cancelAt: /^Asked CodeDeploy to stop/ });
  expect(error?.message).toMatch(/^Cancelled by SIGTERM; AWS continues the rollback of deployment d-\w+$/);
  expect(record.status).toBe("cancelled");
  await stage.simulator.clock.until(async () => (await stage.page()) === "good");
});

test("leaves a former revision's deployment in progress when cancelled, unless configured otherwise", async () => {
  await release(stage, "good");
  await release(stage, "bad");
  const { error, record } = await tryRollBack(stage, {}, { cancelAt: / of web is created\.$/ });
  expect(error?.message).toMatch(/^Cancelled by SIGTERM; deployment d-\w+ continues \(on-cancel: leave\)$/);
  expect(record.status).toBe("cancelled");
  await stage.simulator.clock.until(async () => (await stage.page()) === "good");
});

test("keeps a run from continuing what was rolled back", async () => {
  await release(stage, "good");
  await waitBeforeTermination(1, 30);
  await release(stage, "bad", 2, { waitUntil: "ready" });
  await tryRollBack(stage, {});
  const { error } = await tryDeploy(stage, "unused", 2, { mode: "continue", source: { revision: "" } });
  expect(error?.message).toMatch(/^No deployment of web:4 waits .* was not continued: Stopped/);
});

test.each([
  ["waits for a running rollback instead of undoing it", /traffic: .*new 100 %/, 0],
  ["lets a running rollback go on that waits before its traffic shift", /Install InProgress/, 30],
])("%s", async (_, cancelAt, waitTimeInMinutes) => {
  const good = await release(stage, "good");
  await release(stage, "bad");
  await waitBeforeTermination(10, waitTimeInMinutes);
  const first = await tryRollBack(stage, {}, { cancelAt });
  expect(first.record.status).toBe("cancelled");
  const second = await tryRollBack(stage, {}, { number: 4 });
  expect(second.error).toBeUndefined();
  expect(second.record).toMatchObject({
    status: "succeeded",
    changed: waitTimeInMinutes > 0,
    revisionAfter: good,
    deploymentId: first.record.deploymentId,
  });
  expect(await stage.page()).toBe("good");
});

test("keeps a stopped deployment's place in the order of runs", async () => {
  const good = await release(stage, "good", 12);
  await waitBeforeTermination(60);
  const bad = await release(stage, "bad", 13, { waitUntil: "traffic-shifted" });
  await tryRollBack(stage, {});
  expect(await readTag(stage, runTagKey)).toContain(
    `run=13.1 revision=${shortRevision(good)} undone=${shortRevision(bad)} `,
  );
  expect((await tryDeploy(stage, "older", 11)).record.status).toBe("superseded");
  const { error, record } = await tryDeploy(stage, "bad", 13, { waitUntil: "traffic-shifted" });
  expect(error).toBeUndefined();
  expect(record.revisionAfter).toBe(bad);
});

test("names a missing deployment group before anything changes", async () => {
  const { error } = await tryRollBack(stage, { "codedeploy-deployment-group": "other" });
  expect(error?.message).toBe(
    "CodeDeploy application outside has no deployment group other (input codedeploy-deployment-group)",
  );
});
