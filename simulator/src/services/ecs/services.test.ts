import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMainWorld, networkConfiguration, targetGroup, where } from "./world.support.ts";

let world: Awaited<ReturnType<typeof createMainWorld>>;
beforeEach(async () => {
  world = await createMainWorld();
});
afterEach(() => world.close());

describe("createService", () => {
  const loadBalancer = { targetGroupArn: targetGroup, containerName: "web", containerPort: 8080 };
  it.each<[string, Parameters<typeof world.createService>[0], string]>([
    ["an unknown cluster", { cluster: "none" }, "Cluster not found."],
    ["an unknown task definition", { taskDefinition: "none" }, "TaskDefinition not found."],
    [
      "a missing container",
      { loadBalancers: [{ ...loadBalancer, containerName: "x" }] },
      "The container x does not exist in the task definition.",
    ],
    [
      "a missing port",
      { loadBalancers: [{ ...loadBalancer, containerPort: 80 }] },
      "The container web did not have a container port 80 defined.",
    ],
    [
      "a target group behind no listener",
      { loadBalancers: [{ ...loadBalancer, targetGroupArn: "arn:alone" }] },
      "The target group with targetGroupArn arn:alone does not have an associated load balancer.",
    ],
    ["no load balancer", { loadBalancers: [] }, "require exactly one load balancer"],
    ["no network", { networkConfiguration: undefined }, "Network Configuration must be provided"],
    ["another launch type", { launchType: "EC2" }, "launch type FARGATE only"],
    [
      "unsupported features",
      { enableExecuteCommand: true },
      "does not support enableExecuteCommand in CreateService",
    ],
  ])("refuses %s", async (_, settings, message) => {
    await expect(world.createService(settings)).rejects.toThrow(message);
    expect(await world.ecs.listServices({ cluster: "main" })).toMatchObject({ serviceArns: [] });
  });

  it("is not idempotent, except with a client token", async () => {
    const { service } = await world.createService({ clientToken: "t", desiredCount: 0 });
    await expect(world.createService({ desiredCount: 0 })).rejects.toMatchObject({
      code: "InvalidParameterException",
      message: "Creation of service was not idempotent.",
    });
    expect((await world.createService({ clientToken: "t" })).service?.serviceArn).toBe(service?.serviceArn);
  });

  it("accepts an external controller, with all other settings in its task sets", async () => {
    await world.createService({
      deploymentController: { type: "EXTERNAL" },
      taskDefinition: undefined,
      loadBalancers: [],
      launchType: undefined,
      networkConfiguration: undefined,
    });
    expect(await world.describeService()).toMatchObject({ taskSets: [], deployments: [] });
    const { taskSet } = await world.ecs.createTaskSet({
      ...where,
      taskDefinition: "web",
      launchType: "FARGATE",
      networkConfiguration,
    });
    expect(taskSet).toMatchObject({ status: "ACTIVE", startedBy: "EXTERNAL", scale: { value: 0 } });
  });
});

describe("updateService", () => {
  it.each<[string, object, string]>([
    [
      "task definition",
      { taskDefinition: "web:2" },
      "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.",
    ],
    [
      "own task definition",
      { taskDefinition: "web:1" },
      "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.",
    ],
    [
      "network",
      { networkConfiguration },
      "Unable to update network parameters on services with a CODE_DEPLOY deployment controller.",
    ],
    [
      "deployment",
      { forceNewDeployment: true },
      "Cannot force a new deployment on services with a CODE_DEPLOY deployment controller.",
    ],
    ["tags' propagation", { propagateTags: "SERVICE" }, "does not support propagateTags in UpdateService"],
  ])("leaves a CODE_DEPLOY service's %s to CodeDeploy", async (_, settings, message) => {
    await world.createService({ desiredCount: 0 });
    await world.register();
    await expect(world.ecs.updateService({ ...where, ...settings })).rejects.toThrow(message);
  });

  it("changes the desired count and the grace period", async () => {
    await world.createService({ desiredCount: 0 });
    const { service } = await world.ecs.updateService({
      ...where,
      desiredCount: 2,
      healthCheckGracePeriodSeconds: 60,
    });
    expect(service).toMatchObject({ desiredCount: 2, healthCheckGracePeriodSeconds: 60 });
  });
});

describe("services", () => {
  it("that do not exist are reported", async () => {
    const { failures } = await world.ecs.describeServices({ cluster: "main", services: ["none"] });
    expect(failures).toEqual([
      { arn: "arn:aws:ecs:us-east-1:123456789012:service/main/none", reason: "MISSING" },
    ]);
    await expect(world.ecs.deleteService({ cluster: "main", service: "none" })).rejects.toThrow(
      "Service not found.",
    );
  });

  it("keep their cluster from being deleted", async () => {
    await world.createService({ desiredCount: 0 });
    await expect(world.ecs.deleteCluster({ cluster: "main" })).rejects.toMatchObject({
      code: "ClusterContainsServicesException",
    });
    await world.ecs.deleteService(where);
    expect((await world.ecs.deleteCluster({ cluster: "main" })).cluster?.status).toBe("INACTIVE");
    expect(await world.ecs.describeClusters({ clusters: ["main"] })).toMatchObject({
      clusters: [],
      failures: [{ arn: "arn:aws:ecs:us-east-1:123456789012:cluster/main", reason: "MISSING" }],
    });
  });

  it("carry tags", async () => {
    const { service } = await world.createService({ desiredCount: 0, tags: [{ key: "a", value: "1" }] });
    const resourceArn = service?.serviceArn as string;
    await world.ecs.tagResource({ resourceArn, tags: [{ key: "b", value: "2" }] });
    await world.ecs.untagResource({ resourceArn, tagKeys: ["a"] });
    expect(await world.ecs.listTagsForResource({ resourceArn })).toEqual({
      tags: [{ key: "b", value: "2" }],
    });
    await expect(world.ecs.listTagsForResource({ resourceArn: "arn:none" })).rejects.toThrow(
      "could not be found",
    );
  });
});

describe("task sets", () => {
  it.each<[string, object]>([
    ["The primary task set cannot be deleted without force.", {}],
    ["The specified task set could not be found.", { taskSet: "ecs-svc/1" }],
  ])("refuse deletion: %s", async (message, settings) => {
    const { service } = await world.createService({ desiredCount: 0 });
    const taskSet = service?.taskSets?.[0]?.id;
    await expect(world.ecs.deleteTaskSet({ ...where, taskSet, ...settings })).rejects.toThrow(message);
  });

  it("are found by id and ARN", async () => {
    const { service } = await world.createService({ desiredCount: 0 });
    const { id, taskSetArn } = service?.taskSets?.[0] ?? {};
    for (const reference of [id, taskSetArn] as string[]) {
      const { taskSets } = await world.ecs.describeTaskSets({ ...where, taskSets: [reference] });
      expect(taskSets).toMatchObject([{ id, status: "PRIMARY", startedBy: undefined }]);
    }
  });
});
