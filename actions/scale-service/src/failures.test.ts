import { afterEach, describe, expect, test } from "vitest";
import { explainAwsError } from "../../core/aws-errors.ts";
import { Cancelled } from "../../core/failure.ts";
import { createStage, type Deployer, onceRequested, type Stage } from "./stage.support.ts";

let stage: Stage;
afterEach(() => stage?.close());

const deployers: Deployer[] = ["CodeDeploy", "ECS rolling", "ECS blue/green"];

describe.each(deployers)("a service that %s deploys", (deployer) => {
  test("reports the words of new tasks that crash, and restores the count when configured", async () => {
    stage = await createStage(deployer);
    await stage.push("crash");
    const { error, record } = await stage.try({
      "desired-count": "3",
      "max-failed-tasks": "2",
      "on-failure": "restore",
    });
    expect(error?.message).toMatch(
      /^Container web exited with code 1.* \(.+\); it is being scaled back to 1 \(on-failure: restore\)$/,
    );
    expect(error?.nextStep).toBeTruthy();
    expect(record).toMatchObject({ status: "failed", cause: expect.stringContaining("exited with code 1") });
    expect(record.failedTasks.length).toBeGreaterThanOrEqual(2);
    // The other services have no log group.
    if (deployer === "CodeDeploy") expect(record.cause).toMatch(/: Error: cannot read the menu$/);
    await stage.healthy(1);
    expect(await stage.service()).toMatchObject({ desired: 1 });
  });
});

test("names unhealthy targets with the load balancer's reason", async () => {
  stage = await createStage("ECS rolling", { healthCheckGracePeriodSeconds: 100_000 });
  await stage.push("unhealthy");
  const { error, record } = await stage.try({ "desired-count": "2", deadline: "2m" });
  expect(record.status).toBe("timed-out");
  expect(record.durations).toMatchObject({ running: expect.any(Number), healthy: expect.any(Number) });
  expect(record.durations.serving).toBeUndefined();
  expect(error?.message).toMatch(
    /^Health checks failed with these codes: \[503\] \(path \/, port 8080; .*\(1 of 2 tasks are healthy targets of blue \(1 unhealthy: Target.ResponseCodeMismatch\) after /,
  );
});

test("names a missing image", async () => {
  stage = await createStage("CodeDeploy");
  const { aws } = stage.simulator;
  await aws.ecr.batchDeleteImage({ repositoryName: "web", imageIds: [{ imageTag: "latest" }] });
  const { error } = await stage.try({ "desired-count": "2", "max-failed-tasks": "1" });
  expect(error?.message).toMatch(
    /^The image of container web does not exist: CannotPullContainerError.*; web keeps a desired count of 2 \(on-failure: leave\)$/,
  );
});

test("fails when somebody else sets the count meanwhile", async () => {
  stage = await createStage("ECS rolling");
  const { ecs } = stage.simulator.aws;
  const { error, record } = await stage.try(
    { "desired-count": "3", "on-failure": "restore" },
    onceRequested(() => ecs.updateService({ cluster: "main", service: "web", desiredCount: 2 })),
  );
  expect(record.status).toBe("superseded");
  expect(error?.message).toMatch(
    /^The desired count of web was set from 3 to 2 in the meantime, by a person or another job .*its desired count is 2, set by something else, and is kept/,
  );
});

test("refuses a service that cannot be scaled with an error that names it and the nearest one", async () => {
  stage = await createStage("CodeDeploy");
  const { aws } = stage.simulator;
  await aws.ecs.createService({
    cluster: "outside",
    serviceName: "external",
    deploymentController: { type: "EXTERNAL" },
  });
  const failing = async (given: Record<string, string>) => {
    const { error, record } = await stage.try({ "desired-count": "2", ...given });
    expect(record.changed).toBe(false);
    return `${error?.message}. ${error?.nextStep}`;
  };
  expect(await failing({ service: "external" })).toMatch(/deployment controller EXTERNAL; .*UpdateTaskSet/);
  expect(await failing({ service: "wbe" })).toMatch(/no service wbe.*did you mean "web"\?/);
  expect(await failing({ cluster: "outsied" })).toMatch(
    /ECS cluster outsied does not exist.*did you mean "outside"\?/,
  );
});

describe("without a permission", () => {
  test.each<[string, RegExp]>([
    ["ecs:UpdateService", /The AWS role may not do this: .*UpdateService.*; nothing was changed$/],
    ["ecs:DescribeServices", /The AWS role may not do this: .*DescribeServices/],
    [
      "elbv2:DescribeTargetGroups",
      /the target groups, so it is not known whether tasks serve: .*DescribeTargetGroups/,
    ],
  ])("for %s, reports it and keeps the count", async (operation, message) => {
    stage = await createStage("CodeDeploy");
    stage.simulator.faults.add({ kind: "deny", operation });
    const { error, record } = await stage.try({ "desired-count": "2" });
    stage.simulator.faults.clear();
    expect((explainAwsError(error) ?? error)?.message).toMatch(message);
    expect(record.durations).toEqual({});
    expect(await stage.service()).toEqual({ desired: 1, running: 1 });
  });

  test("scales without reading autoscaling or tasks, and says what it did not see", async () => {
    stage = await createStage("CodeDeploy");
    for (const operation of ["applicationautoscaling:*", "ecs:ListTasks"])
      stage.simulator.faults.add({ kind: "deny", operation });
    const { error, lines, record } = await stage.try({ "desired-count": "2" });
    expect(error).toBeUndefined();
    expect(record.settled).toMatch(
      / 2 tasks, 0 failed; not seen: stopped tasks \(.*\), running tasks \(.*\)$/,
    );
    expect(lines).toMatch(
      /Could not check: autoscaling, which may undo the count: .*DescribeScalableTargets/,
    );
  });
});

test("cancelled with on-cancel: leave, keeps the count", async () => {
  stage = await createStage("CodeDeploy");
  const controller = new AbortController();
  const { error, record, kept } = await stage.try(
    { "desired-count": "3", "on-cancel": "leave" },
    {
      signal: controller.signal,
      ...onceRequested(() => controller.abort(new Cancelled("SIGINT"))),
    },
  );
  expect(record.status).toBe("cancelled");
  expect(error?.message).toBe("Cancelled by SIGINT; web keeps a desired count of 3 (on-cancel: leave)");
  expect(kept.at(-1)).toBeUndefined();
  await stage.simulator.clock.until(async () => (await stage.service()).desired === 3);
});
