import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMainFixture, networkConfiguration, targetGroup, where } from "./fixture.support.ts";

let fixture: Awaited<ReturnType<typeof createMainFixture>>;
beforeEach(async () => {
  fixture = await createMainFixture();
});
afterEach(() => fixture.close());

describe("createService", () => {
  const behind = (change: object) => ({
    loadBalancers: [{ targetGroupArn: targetGroup, containerName: "web", containerPort: 8080, ...change }],
  });
  const on = (subnets: string[], securityGroups: string[] = []) => ({
    networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups } },
  });
  it.each<[string, Parameters<typeof fixture.createService>[0], string]>([
    ["an unknown cluster", { cluster: "none" }, "Cluster not found."],
    ["an unknown task definition", { taskDefinition: "none" }, "TaskDefinition not found."],
    ["a missing container", behind({ containerName: "x" }), "The container x does not exist in the task"],
    ["a missing port", behind({ containerPort: 80 }), "web did not have a container port 80 defined."],
    [
      "a target group behind no listener",
      behind({ targetGroupArn: "arn:alone" }),
      "arn:alone does not have an associated load balancer.",
    ],
    ["no load balancer", { loadBalancers: [] }, "require exactly one load balancer"],
    ["no network", { networkConfiguration: undefined }, "Network Configuration must be provided"],
    ["subnets of two VPCs", on(["subnet-1", "subnet-other"]), "must be from the same VPC."],
    [
      "a group of another VPC",
      on(["subnet-1"], ["sg-1", "sg-other"]),
      "Security group sg-other does not appear to belong to the same VPC as the input subnets.",
    ],
    ["17 subnets", on(Array(17).fill("subnet-1")), "subnets can have at most 16 items."],
    ["six security groups", on(["subnet-1"], Array(6).fill("sg-1")), "Groups can have at most 5 items"],
    ["another launch type", { launchType: "EC2" }, "launch type FARGATE only"],
    ["unsupported features", { enableExecuteCommand: true }, "does not support enableExecuteCommand"],
  ])("refuses %s", async (_, settings, message) => {
    await expect(fixture.createService(settings)).rejects.toThrow(message);
    expect(await fixture.ecs.listServices({ cluster: "main" })).toMatchObject({ serviceArns: [] });
  });

  it("is not idempotent, except with a client token", async () => {
    const { service } = await fixture.createService({ clientToken: "t", desiredCount: 0 });
    await expect(fixture.createService({ desiredCount: 0 })).rejects.toMatchObject({
      code: "InvalidParameterException",
      message: "Creation of service was not idempotent.",
    });
    expect((await fixture.createService({ clientToken: "t" })).service?.serviceArn).toBe(service?.serviceArn);
  });

  it("accepts an external controller, with all other settings in its task sets", async () => {
    await fixture.createService({
      deploymentController: { type: "EXTERNAL" },
      taskDefinition: undefined,
      loadBalancers: [],
      launchType: undefined,
      networkConfiguration: undefined,
    });
    expect(await fixture.describeService()).toMatchObject({ taskSets: [], deployments: [] });
    const { taskSet } = await fixture.ecs.createTaskSet({
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
    ["task definition", { taskDefinition: "web:2" }, "Use AWS CodeDeploy to trigger a new deployment."],
    ["own task definition", { taskDefinition: "web:1" }, "Use AWS CodeDeploy to trigger a new deployment."],
    ["network", { networkConfiguration }, "Unable to update network parameters on services"],
    ["deployment", { forceNewDeployment: true }, "Cannot force a new deployment on services with a"],
    ["tags' propagation", { propagateTags: "SERVICE" }, "does not support propagateTags in UpdateService"],
  ])("leaves a CODE_DEPLOY service's %s to CodeDeploy", async (_, settings, message) => {
    await fixture.createService({ desiredCount: 0 });
    await fixture.register();
    await expect(fixture.ecs.updateService({ ...where, ...settings })).rejects.toThrow(message);
  });

  it("changes the desired count and the grace period", async () => {
    await fixture.createService({ desiredCount: 0 });
    const { service } = await fixture.ecs.updateService({
      ...where,
      desiredCount: 2,
      healthCheckGracePeriodSeconds: 60,
    });
    expect(service).toMatchObject({ desiredCount: 2, healthCheckGracePeriodSeconds: 60 });
  });
});

describe("services", () => {
  it("that do not exist are reported", async () => {
    const { failures } = await fixture.ecs.describeServices({ cluster: "main", services: ["none"] });
    expect(failures).toEqual([
      { arn: "arn:aws:ecs:us-east-1:123456789012:service/main/none", reason: "MISSING" },
    ]);
    await expect(fixture.ecs.deleteService({ cluster: "main", service: "none" })).rejects.toThrow(
      "Service not found.",
    );
  });

  it("keep their cluster from being deleted", async () => {
    await fixture.createService({ desiredCount: 0 });
    await expect(fixture.ecs.deleteCluster({ cluster: "main" })).rejects.toMatchObject({
      code: "ClusterContainsServicesException",
    });
    await fixture.ecs.deleteService(where);
    expect((await fixture.ecs.deleteCluster({ cluster: "main" })).cluster?.status).toBe("INACTIVE");
    expect(await fixture.ecs.describeClusters({ clusters: ["main"] })).toMatchObject({
      clusters: [],
      failures: [{ arn: "arn:aws:ecs:us-east-1:123456789012:cluster/main", reason: "MISSING" }],
    });
  });

  it("carry tags", async () => {
    const { service } = await fixture.createService({ desiredCount: 0, tags: [{ key: "a", value: "1" }] });
    const resourceArn = service?.serviceArn as string;
    await fixture.ecs.tagResource({ resourceArn, tags: [{ key: "b", value: "2" }] });
    await fixture.ecs.untagResource({ resourceArn, tagKeys: ["a"] });
    expect(await fixture.ecs.listTagsForResource({ resourceArn })).toEqual({
      tags: [{ key: "b", value: "2" }],
    });
    await expect(fixture.ecs.listTagsForResource({ resourceArn: "arn:none" })).rejects.toThrow(
      "could not be found",
    );
  });
});

it("starts tasks once the quota of vCPUs allows them, those of Spot at once", async () => {
  const quotas = Object.assign(fixture.environment.quotas, { fargateVcpu: 1 });
  const order = { cluster: "main", taskDefinition: "web", networkConfiguration };
  const spot = { capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }] };
  const limit = "You've reached the limit on the number of vCPUs you can run concurrently";
  await fixture.createService({ desiredCount: 3 });
  const running = async (count: number) =>
    fixture.clock.eventually(async () => expect((await fixture.describeService()).runningCount).toBe(count));
  await running(2);
  const refused = await fixture.ecs.runTask({ ...order, launchType: "FARGATE" });
  expect(refused).toMatchObject({ tasks: [], failures: [{ reason: limit }] });
  expect((await fixture.ecs.runTask({ ...order, ...spot })).tasks).toHaveLength(1);
  const messages = (await fixture.describeService()).events?.map(({ message }) => message);
  expect(messages).toContain(
    `(service web) was unable to place a task. Reason: ${limit}. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
  );
  quotas.fargateVcpu = 2;
  await running(3);
});

it("reports targets that the load balancer refuses", async () => {
  fixture.elbv2.registerTargets = () => Promise.reject(new Error("not within the VPC"));
  await fixture.createService();
  const refused = `failed to register targets in (target-group ${targetGroup}) with (error not within the VPC)`;
  await fixture.clock.eventually(async () =>
    expect(JSON.stringify((await fixture.describeService()).events)).toContain(refused),
  );
});

describe("task sets", () => {
  it.each<[string, object]>([
    ["The primary task set cannot be deleted without force.", {}],
    ["The specified task set could not be found.", { taskSet: "ecs-svc/1" }],
  ])("refuse deletion: %s", async (message, settings) => {
    const { service } = await fixture.createService({ desiredCount: 0 });
    const taskSet = service?.taskSets?.[0]?.id;
    await expect(fixture.ecs.deleteTaskSet({ ...where, taskSet, ...settings })).rejects.toThrow(message);
  });

  it("are found by id and ARN", async () => {
    const { service } = await fixture.createService({ desiredCount: 0 });
    const { id, taskSetArn } = service?.taskSets?.[0] ?? {};
    for (const reference of [id, taskSetArn] as string[]) {
      const { taskSets } = await fixture.ecs.describeTaskSets({ ...where, taskSets: [reference] });
      expect(taskSets).toMatchObject([{ id, status: "PRIMARY", startedBy: undefined }]);
    }
  });
});
