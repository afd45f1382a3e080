import { afterEach, expect, test } from "vitest";
import { deployOutside, keepOldTasks } from "../../delivery/stage.support.ts";
import { createStage, type Stage } from "./stage.support.ts";

let stage: Stage;
afterEach(() => stage?.close());

/** Moves production from blue to green, where the old tasks stay until the deployment is ended. */
async function beginDeployment() {
  const { aws } = stage.simulator;
  await keepOldTasks(stage.simulator);
  const { taskDefinitionArns = [] } = await aws.ecs.listTaskDefinitions({ familyPrefix: "web" });
  await deployOutside(aws, taskDefinitionArns.at(-1));
  const replacement = await stage.simulator.clock.until(async () => {
    const { services } = await aws.ecs.describeServices({ cluster: "outside", services: ["web"] });
    return services?.[0]?.taskSets?.find(({ status }) => status === "ACTIVE");
  });
  return replacement?.externalId;
}

test("waits for the deployment's end, then scales its revision, in its group", async () => {
  stage = await createStage("CodeDeploy");
  const id = await beginDeployment();
  const { codedeploy } = stage.simulator.aws;
  // Refused until traffic has shifted; from then on the old tasks wait for their end.
  const end = () =>
    codedeploy.continueDeployment({ deploymentId: id, deploymentWaitType: "TERMINATION_WAIT" }).then(
      () => true,
      () => false,
    );
  let ended: Promise<unknown> | undefined;
  const onLine = (line: string) => {
    if (line.startsWith("Waiting for the end of")) ended ??= stage.simulator.clock.until(end);
  };
  const { error, record, lines } = await stage.try({ "desired-count": "2" }, { onLine });
  await ended;
  expect(error).toBeUndefined();
  expect(lines).toContain(`Waiting for the end of: CodeDeploy deployment ${id}.`);
  expect(record).toMatchObject({ status: "succeeded", now: { desired: 2, running: 2 } });
  const { TargetHealthDescriptions } = await stage.simulator.aws.elbv2.describeTargetHealth({
    TargetGroupArn: stage.targetGroups[1] ?? "",
  });
  expect(TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State)).toEqual([
    "healthy",
    "healthy",
  ]);
});

test("follows ECS's own blue/green to the other group as well", async () => {
  stage = await createStage("ECS blue/green");
  const { ecs } = stage.simulator.aws;
  for (const count of ["2", "3"]) {
    await ecs.updateService({ cluster: "main", service: "web", forceNewDeployment: true });
    const { error, record, lines } = await stage.try({ "desired-count": count });
    expect(error).toBeUndefined();
    expect(lines).toMatch(/Waiting for the end of: Service deployment /);
    expect(record).toMatchObject({ status: "succeeded", now: { running: Number(count) } });
  }
});

test("changes nothing when it lasts too long for the deadline", async () => {
  stage = await createStage("CodeDeploy");
  await beginDeployment();
  const { error, record } = await stage.try({ "desired-count": "2", deadline: "1s" });
  expect(error?.message).toMatch(/^The deadline passed while this was in progress: CodeDeploy deployment d-/);
  expect(error?.nextStep).toContain("nothing was changed");
  expect(record.status).toBe("timed-out");
  expect((await stage.service()).desired).toBe(1);
});

test("shows a running deployment in a plan", async () => {
  stage = await createStage("CodeDeploy");
  const id = await beginDeployment();
  const { error, lines } = await stage.try({ "desired-count": "2", mode: "plan" });
  expect(error).toBeUndefined();
  expect(lines).toContain(`CodeDeploy deployment ${id} of web is in progress; this step waits for it.`);
});
