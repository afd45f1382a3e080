import { describe, expect, it } from "vitest";
import { where } from "../fixture.support.ts";
import { useRollingService } from "./rolling.support.ts";

const rolling = useRollingService();
const { create, deployments, describeService, eventually, messages, newest, rollouts } = rolling;
const { runningRevisions, tasks, update } = rolling;

describe("a service that ECS deploys by rolling updates", () => {
  it("has a deployment from its creation on", async () => {
    await create();
    const service = await describeService();
    expect(service).toMatchObject({
      deploymentController: { type: "ECS" },
      deploymentConfiguration: { strategy: "ROLLING", maximumPercent: 200, minimumHealthyPercent: 100 },
      taskSets: [],
      runningCount: 2,
      deployments: [
        {
          id: expect.stringMatching(/^ecs-svc\/\d{19}$/),
          status: "PRIMARY",
          desiredCount: 2,
          runningCount: 2,
          pendingCount: 0,
          failedTasks: 0,
          rolloutState: "COMPLETED",
        },
      ],
    });
    const [rollout] = await rollouts();
    expect(rollout?.rolloutStateReason).toBe(`ECS deployment ${rollout?.id} completed.`);
    expect((await tasks())[0]?.startedBy).toBe(rollout?.id);
    expect(await deployments()).toMatchObject([
      {
        serviceArn: service.serviceArn,
        status: "SUCCESSFUL",
        sourceServiceRevisions: [],
        targetServiceRevision: { requestedTaskCount: 2, runningTaskCount: 2, pendingTaskCount: 0 },
        deploymentCircuitBreaker: { status: "DISABLED", failureCount: 0, threshold: 3 },
        alarms: { status: "DISABLED", alarmNames: [], triggeredAlarmNames: [] },
        startedAt: expect.any(Date),
        finishedAt: expect.any(Date),
      },
    ]);
    await eventually(async () =>
      expect(await messages()).toContain("(service web) has reached a steady state."),
    );
    expect(await messages()).toContain(`(service web) (deployment ${rollout?.id}) deployment completed.`);
  });

  it("replaces its tasks by those of a new revision", async () => {
    await create();
    const [before] = await deployments();
    await update();
    const [primary, active] = await rollouts();
    expect(primary).toMatchObject({ status: "PRIMARY", rolloutState: "IN_PROGRESS", desiredCount: 2 });
    expect(active).toMatchObject({ status: "ACTIVE", rolloutState: "COMPLETED" });
    expect((await describeService()).currentServiceDeployment).toBe(
      (await deployments())[0]?.serviceDeploymentArn,
    );
    const deployment = await newest("SUCCESSFUL");
    expect(await runningRevisions()).toEqual([2, 2]);
    expect(deployment).toMatchObject({
      sourceServiceRevisions: [{ arn: before?.targetServiceRevision?.arn, runningTaskCount: 0 }],
      targetServiceRevision: { runningTaskCount: 2 },
    });
    expect(await rollouts()).toMatchObject([{ id: primary?.id, rolloutState: "COMPLETED" }]);
    const { serviceRevisions, failures } = await rolling.ecs.describeServiceRevisions({
      serviceRevisionArns: [deployment.targetServiceRevision?.arn ?? "", "arn:none"],
    });
    expect(serviceRevisions).toMatchObject([
      {
        taskDefinition: expect.stringMatching(/web:2$/),
        launchType: "FARGATE",
        containerImages: [
          { containerName: "web", image: "web", imageDigest: rolling.fixture.images.web?.digest },
        ],
      },
    ]);
    expect(failures).toEqual([{ arn: "arn:none", reason: "MISSING" }]);
  });

  it.each([
    ["all at once next to the old ones", { minimumHealthyPercent: 100, maximumPercent: 200 }, 2, 4],
    ["one by one when the maximum is lower", { minimumHealthyPercent: 100, maximumPercent: 150 }, 2, 3],
    [
      "in place of old ones when there is no room for both",
      { minimumHealthyPercent: 50, maximumPercent: 100 },
      1,
      2,
    ],
  ])("starts new tasks %s", async (_, configuration, fewest, most) => {
    await create(configuration);
    await update();
    const healthy: number[] = [];
    const active: number[] = [];
    await eventually(async () => {
      active.push((await tasks()).length);
      healthy.push((await runningRevisions()).length);
      expect((await deployments())[0]?.status).toBe("SUCCESSFUL");
    });
    expect(Math.min(...healthy)).toBe(fewest);
    expect(Math.max(...active)).toBe(most);
  });

  it("reports when neither percentage allows any change", async () => {
    await create({ minimumHealthyPercent: 50, maximumPercent: 150 }, 1);
    await update();
    await eventually(async () =>
      expect(await messages()).toContainEqual(
        expect.stringContaining("was unable to stop or start tasks during a deployment"),
      ),
    );
    expect(await rollouts()).toMatchObject([{ runningCount: 0 }, { runningCount: 1 }]);
  });

  it("starts no deployment without a change, except a forced one", async () => {
    await create();
    const [first] = await rollouts();
    await rolling.ecs.updateService({ ...where, taskDefinition: "web", desiredCount: 3 });
    expect(await deployments()).toHaveLength(1);
    await eventually(async () => expect(await runningRevisions()).toEqual([1, 1, 1]));
    await rolling.ecs.updateService({ ...where, forceNewDeployment: true });
    await newest("SUCCESSFUL");
    expect(await deployments()).toHaveLength(2);
    expect((await rollouts())[0]?.id).not.toBe(first?.id);
    expect((await describeService()).taskDefinition).toMatch(/web:1$/);
  });

  it("is scaled while it is deployed", async () => {
    await create();
    await update();
    await rolling.ecs.updateService({ ...where, desiredCount: 3 });
    await newest("SUCCESSFUL");
    expect(await runningRevisions()).toEqual([2, 2, 2]);
  });

  it("is deleted with its deployments", async () => {
    await create();
    await update();
    const [deployment] = await deployments();
    await rolling.ecs.deleteService({ ...where, force: true });
    await eventually(async () => expect((await describeService()).status).toBe("INACTIVE"));
    const arn = deployment?.serviceDeploymentArn ?? "";
    expect(await rolling.ecs.describeServiceDeployments({ serviceDeploymentArns: [arn] })).toMatchObject({
      serviceDeployments: [],
      failures: [{ arn, reason: "MISSING" }],
    });
  });

  it("stops a deployment that a newer one supersedes", async () => {
    await create();
    await update("crashing");
    await eventually(async () => expect((await rollouts())[0]?.failedTasks).toBeGreaterThan(0));
    await update();
    const deployment = await newest("SUCCESSFUL");
    expect(await runningRevisions()).toEqual([3, 3]);
    expect(deployment.sourceServiceRevisions).toHaveLength(2);
    expect((await deployments())[1]).toMatchObject({ status: "STOPPED", finishedAt: expect.any(Date) });
    expect(await rollouts()).toHaveLength(1);
  });
});
