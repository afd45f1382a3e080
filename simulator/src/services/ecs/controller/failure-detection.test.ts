import { describe, expect, it } from "vitest";
import { useRollingService } from "./rolling.support.ts";

const rolling = useRollingService();
const { create, deployments, describeService, eventually, messages, newest, rollouts } = rolling;
const { runningRevisions, tasks, update } = rolling;
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
