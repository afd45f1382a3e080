import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  DeploymentConfiguration,
  ServiceDeployment,
  UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createWorld } from "../../aws/ecs/world-for-tests.ts";
import type { PulledImage } from "../../planes/registry.ts";
import { makeProgram } from "../../planes/tasks/images-for-tests.ts";

const server = `
  import { createServer } from "node:http";
  createServer((_, response) => response.end("ok")).listen(8080);
`;

let directory: string;
let images: Record<string, PulledImage>;
let world: Awaited<ReturnType<typeof createWorld>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rolling-test-"));
  images = {
    web: await makeProgram(directory, server),
    crashing: await makeProgram(directory, "process.exit(3)"),
  };
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(async () => {
  world = await createWorld(images);
  await world.ecs.createCluster({ clusterName: "main" });
});
afterEach(() => world.close());

const where = { cluster: "main", service: "web" };
const breaker = { enable: true, rollback: true };

async function create(deploymentConfiguration: DeploymentConfiguration = {}, desiredCount = 2) {
  await world.register();
  await world.createService({ deploymentController: undefined, desiredCount, deploymentConfiguration });
  await newest("SUCCESSFUL");
}

/** Deploys a new task definition, as the service's image or another one. */
async function update(image = "web", settings: Partial<UpdateServiceCommandInput> = {}) {
  const { taskDefinition } = await world.register({ image });
  await world.ecs.updateService({ ...where, taskDefinition: taskDefinition?.taskDefinitionArn, ...settings });
}

/** All deployments of the service, newest first. */
async function deployments(): Promise<ServiceDeployment[]> {
  const { serviceDeployments: briefs = [] } = await world.ecs.listServiceDeployments(where);
  const arns = briefs.map(({ serviceDeploymentArn = "" }) => serviceDeploymentArn);
  const { serviceDeployments = [] } = await world.ecs.describeServiceDeployments({
    serviceDeploymentArns: arns,
  });
  return serviceDeployments;
}

async function newest(status: string): Promise<ServiceDeployment> {
  await expect.poll(async () => (await deployments())[0]?.status, { timeout: 15_000 }).toBe(status);
  return (await deployments())[0] ?? {};
}
const rollouts = async () => (await world.describeService()).deployments ?? [];
const messages = async () => ((await world.describeService()).events ?? []).map(({ message }) => message);
const runningRevisions = async () =>
  (await world.tasks())
    .filter(({ lastStatus }) => lastStatus === "RUNNING")
    .map(({ taskDefinitionArn = "" }) => Number(taskDefinitionArn.split(":").at(-1)));

describe("a service that ECS deploys by rolling updates", () => {
  it("has a deployment from its creation on", async () => {
    await create();
    const service = await world.describeService();
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
    expect((await world.tasks())[0]?.startedBy).toBe(rollout?.id);
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
    await expect.poll(messages).toContain("(service web) has reached a steady state.");
    expect(await messages()).toContain(`(service web) (deployment ${rollout?.id}) deployment completed.`);
  });

  it("replaces its tasks by those of a new revision", async () => {
    await create();
    const [before] = await deployments();
    await update();
    const [primary, active] = await rollouts();
    expect(primary).toMatchObject({ status: "PRIMARY", rolloutState: "IN_PROGRESS", desiredCount: 2 });
    expect(active).toMatchObject({ status: "ACTIVE", rolloutState: "COMPLETED" });
    expect((await world.describeService()).currentServiceDeployment).toBe(
      (await deployments())[0]?.serviceDeploymentArn,
    );
    const deployment = await newest("SUCCESSFUL");
    expect(await runningRevisions()).toEqual([2, 2]);
    expect(deployment).toMatchObject({
      sourceServiceRevisions: [{ arn: before?.targetServiceRevision?.arn, runningTaskCount: 0 }],
      targetServiceRevision: { runningTaskCount: 2 },
    });
    expect(await rollouts()).toMatchObject([{ id: primary?.id, rolloutState: "COMPLETED" }]);
    const { serviceRevisions, failures } = await world.ecs.describeServiceRevisions({
      serviceRevisionArns: [deployment.targetServiceRevision?.arn ?? "", "arn:none"],
    });
    expect(serviceRevisions).toMatchObject([
      {
        taskDefinition: expect.stringMatching(/web:2$/),
        launchType: "FARGATE",
        containerImages: [{ containerName: "web", image: "web", imageDigest: images.web?.digest }],
      },
    ]);
    expect(failures).toEqual([{ arn: "arn:none", reason: "MISSING" }]);
  });

  it.each([
    ["all at once beside the old ones", { minimumHealthyPercent: 100, maximumPercent: 200 }, 2, 4],
    ["one by one when the maximum is lower", { minimumHealthyPercent: 100, maximumPercent: 150 }, 2, 3],
    [
      "in the place of old ones when there is no room beside",
      { minimumHealthyPercent: 50, maximumPercent: 100 },
      1,
      2,
    ],
  ])("starts new tasks %s", async (_, configuration, fewest, most) => {
    await create(configuration);
    await update();
    const healthy: number[] = [];
    const active: number[] = [];
    await expect
      .poll(
        async () => {
          active.push((await world.tasks()).length);
          healthy.push((await runningRevisions()).length);
          return (await deployments())[0]?.status;
        },
        { timeout: 15_000, interval: 1 },
      )
      .toBe("SUCCESSFUL");
    expect(Math.min(...healthy)).toBe(fewest);
    expect(Math.max(...active)).toBe(most);
  });

  it("says so when neither percentage lets it do anything", async () => {
    await create({ minimumHealthyPercent: 50, maximumPercent: 150 }, 1);
    await update();
    await expect
      .poll(messages)
      .toContainEqual(expect.stringContaining("was unable to stop or start tasks during a deployment"));
    expect(await rollouts()).toMatchObject([{ runningCount: 0 }, { runningCount: 1 }]);
  });

  it("starts no deployment where nothing changes, but one that is forced", async () => {
    await create();
    const [first] = await rollouts();
    await world.ecs.updateService({ ...where, taskDefinition: "web", desiredCount: 3 });
    expect(await deployments()).toHaveLength(1);
    await expect.poll(runningRevisions).toEqual([1, 1, 1]);
    await world.ecs.updateService({ ...where, forceNewDeployment: true });
    await newest("SUCCESSFUL");
    expect(await deployments()).toHaveLength(2);
    expect((await rollouts())[0]?.id).not.toBe(first?.id);
    expect((await world.describeService()).taskDefinition).toMatch(/web:1$/);
  });

  it("is scaled while it is deployed", async () => {
    await create();
    await update();
    await world.ecs.updateService({ ...where, desiredCount: 3 });
    await newest("SUCCESSFUL");
    expect(await runningRevisions()).toEqual([2, 2, 2]);
  });

  it("goes with its deployments when it is deleted meanwhile", async () => {
    await create();
    await update();
    const [deployment] = await deployments();
    await world.ecs.deleteService({ ...where, force: true });
    await expect
      .poll(async () => (await world.describeService()).status, { timeout: 15_000 })
      .toBe("INACTIVE");
    const arn = deployment?.serviceDeploymentArn ?? "";
    expect(await world.ecs.describeServiceDeployments({ serviceDeploymentArns: [arn] })).toMatchObject({
      serviceDeployments: [],
      failures: [{ arn, reason: "MISSING" }],
    });
  });

  it("stops a deployment that a newer one supersedes", async () => {
    await create();
    await update("crashing");
    await expect.poll(async () => (await rollouts())[0]?.failedTasks).toBeGreaterThan(0);
    await update();
    const deployment = await newest("SUCCESSFUL");
    expect(await runningRevisions()).toEqual([3, 3]);
    expect(deployment.sourceServiceRevisions).toHaveLength(2);
    expect((await deployments())[1]).toMatchObject({ status: "STOPPED", finishedAt: expect.any(Date) });
    expect(await rollouts()).toHaveLength(1);
  });
});

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
    expect((await world.describeService()).taskDefinition).toMatch(/web:1$/);
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
    world.health.registered = "unhealthy";
    await update();
    await newest("ROLLBACK_SUCCESSFUL");
    expect(await runningRevisions()).toEqual([1, 1]);
  });

  it("only stops a deployment without rollback; the old tasks stay, and the next deployment mends it", async () => {
    await create({ deploymentCircuitBreaker: { enable: true, rollback: false } });
    await update("crashing");
    expect(await newest("STOPPED")).toMatchObject({ stoppedAt: expect.any(Date), rollback: undefined });
    await expect.poll(runningRevisions).toEqual([1, 1]);
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

  it("finds nothing to roll back to in a first deployment", async () => {
    await world.register({ image: "crashing" });
    await world.createService({
      deploymentController: undefined,
      deploymentConfiguration: { deploymentCircuitBreaker: breaker },
    });
    expect(await newest("ROLLBACK_FAILED")).toMatchObject({
      statusReason: "No rollback candidate was found to run the rollback.",
    });
    await expect.poll(async () => (await world.tasks()).length).toBe(0);
  });

  it("lets a deployment go on for ever when it is off", async () => {
    await create();
    await update("crashing");
    await expect.poll(async () => (await rollouts())[0]?.failedTasks, { timeout: 15_000 }).toBeGreaterThan(4);
    expect(await deployments()).toMatchObject([{ status: "IN_PROGRESS" }, { status: "SUCCESSFUL" }]);
  });
});

describe("stopServiceDeployment", () => {
  it("rolls back to the revision before", async () => {
    await create();
    await update("crashing");
    await expect.poll(async () => (await world.tasks("STOPPED")).length).toBeGreaterThan(0);
    const serviceDeploymentArn = (await deployments())[0]?.serviceDeploymentArn;
    await world.ecs.stopServiceDeployment({ serviceDeploymentArn });
    expect((await deployments())[0]?.status).toMatch(/^ROLLBACK_/);
    await newest("ROLLBACK_SUCCESSFUL");
    expect(await runningRevisions()).toEqual([1, 1]);
    await expect(world.ecs.stopServiceDeployment({ serviceDeploymentArn })).rejects.toMatchObject({
      code: "ConflictException",
    });
  });

  it("aborts: what runs goes on running", async () => {
    await create();
    await update("crashing");
    await expect.poll(async () => (await world.tasks("STOPPED")).length).toBeGreaterThan(0);
    const serviceDeploymentArn = (await deployments())[0]?.serviceDeploymentArn;
    await world.ecs.stopServiceDeployment({ serviceDeploymentArn, stopType: "ABORT" });
    await newest("STOPPED");
    await expect.poll(async () => (await world.tasks()).length).toBe(2);
    expect(await runningRevisions()).toEqual([1, 1]);
  });

  it("names a deployment that is not there", async () => {
    await expect(world.ecs.stopServiceDeployment({ serviceDeploymentArn: "arn:none" })).rejects.toMatchObject(
      {
        code: "ServiceDeploymentNotFoundException",
      },
    );
  });
});
