import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEcsStage } from "../../delivery/ecs/stage.support.ts";
import { commitTagKey, runTagKey } from "../../delivery/order/run-tag.ts";
import { createStage, readTag, type Stage } from "../../delivery/stage.support.ts";
import { noRoute, partsOf } from "../../ecs/network/account.support.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { commitOf, release, tryDeploy, tryRollBack } from "./rollback.support.ts";

const kinds: [string, () => Promise<Stage>][] = [
  ["CodeDeploy", createStage],
  ["ECS ROLLING", () => createEcsStage({ strategy: "ROLLING" })],
  ["ECS BLUE_GREEN", () => createEcsStage({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 })],
];

const refused = /, which was rolled back on request to web:\d+; this is the older run 11$/;

describe.each(kinds)("a rollback on request under %s", (_, create) => {
  let stage: Stage;
  let good = "";
  let bad = "";
  beforeAll(async () => {
    stage = await create();
    good = await release(stage, "good", 12);
    bad = await release(stage, "bad", 13);
  });
  afterAll(() => stage?.close());

  test("restores the previous revision", async () => {
    expect(await stage.page()).toBe("bad");
    const { record, error, lines } = await tryRollBack(stage, {});
    expect(error).toBeUndefined();
    const revisions = { revisionBefore: bad, revisionAfter: good };
    expect(record).toMatchObject({ status: "succeeded", changed: true, ...revisions });
    expect(lines).toContain(`Rolling back from ${shortRevision(bad)} to ${shortRevision(good)}.`);
    expect(await stage.page()).toBe("good");
    expect(await readTag(stage, commitTagKey)).toBe(commitOf("rollback"));
  });

  test("takes the place of the run it undid: older ones are refused, that one is not", async () => {
    expect(await readTag(stage, runTagKey)).toMatch(
      `run=13.1 revision=${shortRevision(good)} undone=${shortRevision(bad)} workflow=octocat/shop/.github/workflows/deploy.yml`,
    );
    const { error } = await tryDeploy(stage, "older", 11);
    expect(error?.message).toMatch(refused);
    expect(await stage.page()).toBe("good");
  });

  test("goes neither back twice nor forward when requested twice", async () => {
    const { record, error, lines } = await tryRollBack(stage, {});
    expect(error).toBeUndefined();
    expect(record).toMatchObject({ status: "succeeded", changed: false, revisionAfter: good });
    expect(lines).toContain(
      `Nothing to roll back: production was already rolled back from ${shortRevision(bad)}.`,
    );
    expect(await stage.page()).toBe("good");
  });

  test("goes to a given revision, even the undone one", async () => {
    const { record, error } = await tryRollBack(stage, { to: shortRevision(bad).split(":")[1] ?? "" });
    expect(error).toBeUndefined();
    expect(record).toMatchObject({ status: "succeeded", revisionAfter: bad });
    expect(await stage.page()).toBe("bad");
  });

  test("warns of a closed network, and rolls back", async () => {
    const undo = await noRoute(await partsOf(stage.simulator, stage.inputs("").cluster));
    const { record, error, lines } = await tryRollBack(stage, { to: good });
    await undo();
    expect(error).toBeUndefined();
    expect(record).toMatchObject({ status: "succeeded", revisionAfter: good });
    expect(lines).toMatch(/^tasks in subnet-\w+.* cannot reach .*\(aws ec2 create-route/m);
  });

  test("refuses a missing revision, and lists the existing ones", async () => {
    const { record, error } = await tryRollBack(stage, { to: "web:99" });
    expect(error?.message).toBe("Task definition web:99 does not exist, so it cannot be deployed");
    expect(error?.nextStep).toMatch(/active revisions are web:\d+, web:\d+/);
    expect(record.changed).toBe(false);
  });

  test("has nothing to end when no deployment is in progress", async () => {
    const { error } = await tryRollBack(stage, { to: "active" });
    expect(error?.message).toBe("No deployment of web is in progress that could be rolled back");
  });
});
