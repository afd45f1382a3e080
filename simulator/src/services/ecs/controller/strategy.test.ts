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
    ["in place of old ones without room for both", { minimumHealthyPercent: 50, maximumPercent: 100 }, 1, 2],
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

const breaker = { enable: true, rollback: true };

describe("the deployment circuit breaker", () => {
  it.each([
    ["crash", "crashing"],
    ["cannot be pulled", "missing"],
  ])("rolls back when the new tasks %s", async (_, image) => {
    await create({ deploymentCircuitBreaker: breaker });
    const [good] = await rollouts();
    await update(image);
    const [bad] = await rollouts();
    const deployment = await newest("ROLLBACK_SUCCESSFUL");
    expect(deployment).toMatchObject({
      statusReason: "Service deployment rolled back because the circuit breaker threshold was exceeded.",
      deploymentCircuitBreaker: { status: "TRIGGERED", threshold: 3 },
      rollback: {
        reason: "Service deployment rolled back because the circuit breaker threshold was exceeded.",
        serviceRevisionArn: (await deployments())[1]?.targetServiceRevision?.arn,
      },
    });
    expect(deployment.deploymentCircuitBreaker?.failureCount).toBeGreaterThanOrEqual(3);
    expect(await runningRevisions()).toEqual([1, 1]);
    expect(await rollouts()).toMatchObject([{ id: good?.id, status: "PRIMARY", rolloutState: "COMPLETED" }]);
    expect((await describeService()).taskDefinition).toMatch(/web:1$/);
    expect(await messages()).toEqual(
      expect.arrayContaining([
        `(service web) (deployment ${bad?.id}) deployment failed: tasks failed to start.`,
        `(service web) rolling back to deployment ${good?.id}.`,
        `(service web) (deployment ${good?.id}) deployment completed.`,
      ]),
    );
  });

  it("rolls back when the new tasks fail their health checks", async () => {
    await create({ deploymentCircuitBreaker: breaker });
    rolling.fixture.health.registered = "unhealthy";
    await update();
    await newest("ROLLBACK_SUCCESSFUL");
    expect(await runningRevisions()).toEqual([1, 1]);
  });

  it("only stops a deployment without rollback; the old tasks stay, and the next deployment fixes it", async () => {
    await create({ deploymentCircuitBreaker: { enable: true, rollback: false } });
    await update("crashing");
    expect(await newest("STOPPED")).toMatchObject({ stoppedAt: expect.any(Date), rollback: undefined });
    await eventually(async () => expect(await runningRevisions()).toEqual([1, 1]));
    expect(await rollouts()).toMatchObject([
      {
        status: "PRIMARY",
        rolloutState: "FAILED",
        rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
      },
      { status: "ACTIVE", runningCount: 2 },
    ]);
    await update();
    await newest("SUCCESSFUL");
    expect(await runningRevisions()).toEqual([3, 3]);
  });

  it("has no revision to roll back to in a first deployment", async () => {
    await rolling.fixture.register({ image: "crashing" });
    await rolling.fixture.createService({
      deploymentController: undefined,
      deploymentConfiguration: { deploymentCircuitBreaker: breaker },
    });
    expect(await newest("ROLLBACK_FAILED")).toMatchObject({
      statusReason: "No rollback candidate was found to run the rollback.",
    });
    await eventually(async () => expect((await tasks()).length).toBe(0));
  });

  it("does not stop any deployment when it is off", async () => {
    await create();
    await update("crashing");
    await eventually(async () => expect((await rollouts())[0]?.failedTasks).toBeGreaterThan(4));
    expect(await deployments()).toMatchObject([{ status: "IN_PROGRESS" }, { status: "SUCCESSFUL" }]);
  });
});

describe("stopServiceDeployment", () => {
  const stop = async (more: object = {}) => {
    await create();
    await update("crashing");
    await eventually(async () => expect((await tasks("STOPPED")).length).toBeGreaterThan(0));
    const serviceDeploymentArn = (await deployments())[0]?.serviceDeploymentArn;
    await rolling.ecs.stopServiceDeployment({ serviceDeploymentArn, ...more });
    return serviceDeploymentArn;
  };
  const refused = (serviceDeploymentArn: string | undefined, code: string) =>
    expect(rolling.ecs.stopServiceDeployment({ serviceDeploymentArn })).rejects.toMatchObject({ code });

  it("rolls back to the revision before", async () => {
    const arn = await stop();
    expect((await deployments())[0]?.status).toMatch(/^ROLLBACK_/);
    await newest("ROLLBACK_SUCCESSFUL");
    expect(await runningRevisions()).toEqual([1, 1]);
    await refused(arn, "ConflictException");
  });

  it("aborts: running tasks continue", async () => {
    await stop({ stopType: "ABORT" });
    await newest("STOPPED");
    await eventually(async () => expect((await tasks()).length).toBe(2));
    expect(await runningRevisions()).toEqual([1, 1]);
  });

  it("names a deployment that does not exist", () =>
    refused("arn:none", "ServiceDeploymentNotFoundException"));
});
