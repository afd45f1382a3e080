import { afterAll, beforeAll, expect, test } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import { createStage, type Stage } from "../../delivery/stage.support.ts";
import { release } from "./rollback.support.ts";

let stage: Stage;
let good = "";
let bad = "";
beforeAll(async () => {
  stage = await createStage();
  good = await release(stage, "good");
  bad = await release(stage, "bad");
});
afterAll(() => stage?.close());

function runAction(to: string, schedules = "") {
  const inputs = {
    cluster: "outside",
    "settle-for": "1s",
    service: "web",
    "codedeploy-application": "outside",
    "codedeploy-deployment-group": "web",
    to,
    schedules,
  };
  return runEntry("rollback-service", { simulator: stage.simulator, inputs });
}

test("names cause and next step in a red run's only annotation, and sets its outputs", async () => {
  const { exitCode, errors, outputs, summary } = await runAction("web:99");
  expect(exitCode).toBe(1);
  expect(errors).toEqual([
    expect.stringMatching(
      /^Task definition web:99 does not exist, so it cannot be deployed\. Next step: use another one: active revisions are /,
    ),
  ]);
  expect(outputs).toMatchObject({ status: "failed", changed: "false", "deployment-id": "" });
  expect(outputs.cause).toBe("Task definition web:99 does not exist, so it cannot be deployed");
  expect(summary).toContain("### ❌ web: not rolled back, failed after ");
});

test("sets every output of a green run, and moves schedules back, also disabled ones", async () => {
  const { events } = stage.simulator.aws;
  const Arn = "arn:aws:ecs:us-east-1:123456789012:cluster/outside";
  const target = { Id: "task", Arn, RoleArn: "arn:aws:iam::123456789012:role/execution" };
  await events.putRule({ Name: "nightly", ScheduleExpression: "rate(1 day)", State: "DISABLED" });
  const Targets = [{ ...target, EcsParameters: { TaskDefinitionArn: bad } }];
  await events.putTargets({ Rule: "nightly", Targets });
  stage.simulator.faults.add({ kind: "deny", operation: "events:PutTargets", times: 1 });
  const failed = await runAction(good, "nightly");
  const name = good.split("/").at(-1);
  expect(failed.errors[0]).toContain(`run the job again with to: ${name}: it deploys nothing`);
  expect(failed.summary).toMatch(/^### ❌ web: rolled back \d+ → \d+ \(good\) in .*, but not every schedule/);
  const { exitCode, outputs, summary } = await runAction(name ?? "", "nightly");
  const moved = (await events.listTargetsByRule({ Rule: "nightly" })).Targets?.[0]?.EcsParameters;
  expect(moved?.TaskDefinitionArn).toBe(good);
  expect(exitCode).toBe(0);
  expect(outputs).toMatchObject({
    status: "succeeded",
    cause: "",
    "revision-after": good,
    changed: "true",
    schedules: "nightly",
  });
  expect(summary).toMatch(/^### ✅ web:\d+ \(good\) already runs, its schedules start it now/);
});
