import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Program } from "../../../runtime/tasks/in-process-runtime.support.ts";
import type { TestClock } from "../../../virtual-clock.support.ts";
import { createFixture, type Fixture, otherTargetGroup, targetGroup } from "../fixture.support.ts";

/** A request kills it. */
const web: Program = ({ listen, log, onSignal, exit }) => {
  const server = listen(8080, () => exit(137));
  log("ready");
  onSignal(() => {
    log("draining");
    server.close(() => exit(0));
  });
};
const crashing: Program = ({ log }) => {
  log("no database");
  return 3;
};

let fixture: Fixture;
beforeEach(async () => {
  fixture = await createFixture({ web, crashing });
  await fixture.ecs.createCluster({ clusterName: "main" });
});
afterEach(() => fixture.close());

const eventually: TestClock["eventually"] = (assertion) => fixture.clock.eventually(assertion);
const running = (count: number) =>
  eventually(async () => expect((await fixture.describeService()).runningCount).toBe(count));
const addressesOf = async () =>
  (await fixture.tasks()).map(
    (task) => task.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? "",
  );
const socketsOf = async () =>
  (await addressesOf()).map((address) => fixture.environment.network.resolve(address, 8080)?.port);
/** Waits until this number of tasks run, and each of them listens. */
const serving = async (count: number) => {
  await running(count);
  await eventually(async () => expect((await socketsOf()).filter(Boolean).length).toBe(count));
};
const steady = () =>
  eventually(async () =>
    expect(
      (await fixture.describeService()).taskSets?.every((set) => set.stabilityStatus === "STEADY_STATE"),
    ).toBe(true),
  );
const messages = async () => ((await fixture.describeService()).events ?? []).map(({ message }) => message);

describe("a CODE_DEPLOY service", () => {
  it("starts with one primary task set and runs its tasks behind the target group", async () => {
    await fixture.register();
    await fixture.createService({ desiredCount: 2 });
    await serving(2);
    await steady();
    const service = await fixture.describeService();
    expect(service).toMatchObject({
      status: "ACTIVE",
      desiredCount: 2,
      pendingCount: 0,
      deployments: [],
      deploymentController: { type: "CODE_DEPLOY" },
    });
    expect(service.taskSets).toMatchObject([
      { status: "PRIMARY", computedDesiredCount: 2, runningCount: 2, scale: { value: 100, unit: "PERCENT" } },
    ]);
    const addresses = await addressesOf();
    expect([...fixture.targets.keys()].sort()).toEqual(
      addresses.map((address) => `${targetGroup} ${address}:8080`).sort(),
    );
    expect(new Set(await socketsOf()).size).toBe(2);
    await eventually(async () =>
      expect(await messages()).toContain("(service web) has reached a steady state."),
    );
  });

  it("is scaled from 1 to 3 and back to 1", async () => {
    await fixture.register();
    await fixture.createService();
    await fixture.ecs.updateService({ cluster: "main", service: "web", desiredCount: 3 });
    await serving(3);
    await fixture.ecs.updateService({ cluster: "main", service: "web", desiredCount: 1 });
    await running(1);
    const stopped = async () => (await fixture.tasks("STOPPED")).map((task) => task.lastStatus);
    await eventually(async () => expect(await stopped()).toEqual(["STOPPED", "STOPPED"]));
    const expected = {
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: expect.stringMatching(/^Scaling activity initiated by/),
      containers: [{ exitCode: 0 }],
    };
    expect(await fixture.tasks("STOPPED")).toMatchObject([expected, expected]);
  });

  it("starts another task for one that crashes", async () => {
    await fixture.register();
    await fixture.createService();
    await serving(1);
    const [first] = await fixture.tasks();
    const [port] = await socketsOf();
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
    await eventually(async () => expect((await fixture.tasks())[0]?.taskArn).not.toBe(first?.taskArn));
    await running(1);
    await eventually(async () => expect((await fixture.tasks("STOPPED"))[0]?.lastStatus).toBe("STOPPED"));
    expect(await fixture.tasks("STOPPED")).toMatchObject([
      {
        taskArn: first?.taskArn,
        stopCode: "EssentialContainerExited",
        stoppedReason: "Essential container in task exited",
        containers: [{ exitCode: 137, lastStatus: "STOPPED" }],
      },
    ]);
  });

  it("keeps trying, ever more slowly, when its image cannot be pulled", async () => {
    await fixture.register({ image: "missing" });
    await fixture.createService();
    await eventually(async () =>
      expect(await messages()).toContainEqual(
        expect.stringContaining("is unable to consistently start tasks successfully"),
      ),
    );
    const [first] = await fixture.tasks("STOPPED");
    expect(first).toMatchObject({
      lastStatus: "STOPPED",
      stopCode: "TaskFailedToStart",
      stoppedReason: expect.stringContaining("CannotPullContainerError"),
      containers: [{ reason: expect.stringContaining("missing: not found") }],
    });
    expect(first?.containers?.[0]?.exitCode).toBeUndefined();
    expect((await fixture.describeService()).taskSets?.[0]?.stabilityStatus).toBe("STABILIZING");
  });

  it("replaces a task whose target is unhealthy", async () => {
    await fixture.register();
    await fixture.createService();
    await running(1);
    const [first] = await fixture.tasks();
    for (const target of fixture.targets.keys()) fixture.targets.set(target, "unhealthy");
    await eventually(async () =>
      expect((await fixture.tasks("STOPPED"))[0]?.stoppedReason).toBe(
        `Task failed ELB health checks in (target-group ${targetGroup})`,
      ),
    );
    await eventually(async () => expect((await fixture.tasks())[0]?.taskArn).not.toBe(first?.taskArn));
  });

  it("ignores an unhealthy task during the grace period", async () => {
    fixture.health.registered = "unhealthy";
    await fixture.register();
    await fixture.createService({ healthCheckGracePeriodSeconds: 100_000 });
    await running(1);
    await fixture.clock.foreground.wait(60_000);
    expect(await fixture.tasks("STOPPED")).toEqual([]);
    expect((await fixture.describeService()).taskSets?.[0]?.stabilityStatus).toBe("STABILIZING");
  });

  it("stops a task only after its target has drained", async () => {
    fixture.health.deregistered = "draining";
    await fixture.register({ logConfiguration: { logDriver: "awslogs", options: logOptions } });
    await fixture.createService();
    await serving(1);
    await fixture.ecs.updateService({ cluster: "main", service: "web", desiredCount: 0 });
    await eventually(async () =>
      expect((await fixture.tasks("STOPPED"))[0]?.lastStatus).toBe("DEACTIVATING"),
    );
    await fixture.clock.foreground.wait(10_000);
    expect([...fixture.logs.values()].flat()).not.toContain("draining");
    fixture.targets.clear();
    await eventually(async () => expect((await fixture.tasks("STOPPED"))[0]?.lastStatus).toBe("STOPPED"));
    expect([...fixture.logs.values()].flat()).toEqual(["ready", "draining"]);
  });

  it("restarts a task that crashes at start and shows why", async () => {
    await fixture.register({
      image: "crashing",
      logConfiguration: { logDriver: "awslogs", options: logOptions },
    });
    await fixture.createService();
    await eventually(async () => expect((await fixture.tasks("STOPPED")).length).toBeGreaterThan(1));
    await eventually(async () =>
      expect((await fixture.tasks("STOPPED"))[0]).toMatchObject({
        lastStatus: "STOPPED",
        stopCode: "EssentialContainerExited",
        containers: [{ exitCode: 3 }],
      }),
    );
    const [first] = await fixture.tasks("STOPPED");
    expect(fixture.logs.get(`/there web/web/${first?.taskArn?.split("/").at(-1)}`)).toEqual(["no database"]);
  });

  it("is deleted once its tasks have drained, and its name can be used again", async () => {
    await fixture.register();
    await fixture.createService();
    await running(1);
    await expect(fixture.ecs.deleteService({ cluster: "main", service: "web" })).rejects.toThrow(
      "The service cannot be stopped while it is scaled above 0.",
    );
    const { service } = await fixture.ecs.deleteService({ cluster: "main", service: "web", force: true });
    expect(service?.status).toBe("DRAINING");
    await expect(fixture.createService()).rejects.toThrow(
      "Unable to Start a service that is still Draining.",
    );
    await eventually(async () => expect((await fixture.describeService()).status).toBe("INACTIVE"));
    expect(await fixture.ecs.listServices({ cluster: "main" })).toMatchObject({ serviceArns: [] });
    await fixture.createService();
    await running(1);
  });
});

const logOptions = {
  "awslogs-group": "/there",
  "awslogs-region": "us-east-1",
  "awslogs-stream-prefix": "web",
};

describe("task sets", () => {
  it("change from green to blue in a deployment", async () => {
    await fixture.register();
    const { service } = await fixture.createService();
    await running(1);
    const blue = service?.taskSets?.[0]?.id;
    const revision = (await fixture.register()).taskDefinition?.taskDefinitionArn;
    const where = { cluster: "main", service: "web" };
    const { taskSet: green } = await fixture.ecs.createTaskSet({
      ...where,
      externalId: "d-1",
      taskDefinition: revision,
      loadBalancers: [{ targetGroupArn: otherTargetGroup, containerName: "web", containerPort: 8080 }],
      scale: { value: 100, unit: "PERCENT" },
    });
    expect(green).toMatchObject({
      status: "ACTIVE",
      externalId: "d-1",
      startedBy: "CODE_DEPLOY",
      stabilityStatus: "STABILIZING",
      computedDesiredCount: 1,
      launchType: "FARGATE",
      loadBalancers: [{ targetGroupArn: otherTargetGroup }],
    });
    await running(2);
    await steady();
    await fixture.ecs.updateServicePrimaryTaskSet({ ...where, primaryTaskSet: green?.id });
    expect(await fixture.describeService()).toMatchObject({
      taskDefinition: revision,
      loadBalancers: [{ targetGroupArn: otherTargetGroup }],
      taskSets: [
        { id: blue, status: "ACTIVE" },
        { id: green?.id, status: "PRIMARY" },
      ],
    });
    const deleted = await fixture.ecs.deleteTaskSet({ ...where, taskSet: blue, force: true });
    expect(deleted.taskSet?.status).toBe("DRAINING");
    await eventually(async () => expect((await fixture.describeService()).taskSets?.length).toBe(1));
    await running(1);
    const [task] = await fixture.tasks();
    expect(task).toMatchObject({ taskDefinitionArn: revision, startedBy: green?.id, group: "service:web" });
  });
});
