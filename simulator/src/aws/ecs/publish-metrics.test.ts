import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pushProgram } from "../../controllers/ecs/push-program.support.ts";
import { createDelivery, type Delivery } from "../../outside-clients/delivery.support.ts";
import type { Simulator } from "../../simulator.ts";
import { startRealSimulator, testListenerPortOffset } from "../../test-simulator.support.ts";

const mebibytes = 128;
/** Keeps a core busy as much as it may, and holds a quarter of its task's memory. */
const server = `
  import { createServer } from "node:http";
  globalThis.held = Buffer.alloc(${mebibytes} * 1024 ** 2, 1);
  createServer((_, response) => response.end("ok")).listen(8080);
  const work = () => { const end = Date.now() + 20; while (Date.now() < end); setTimeout(work, 1); };
  work();
`;
const Dimensions = [
  { Name: "ClusterName", Value: "outside" },
  { Name: "ServiceName", Value: "web" },
];

let simulator: Simulator;
let delivery: Delivery;
beforeAll(async () => {
  simulator = await startRealSimulator({ timeScale: 60, vcpuShare: 0.8 });
  delivery = await createDelivery(simulator, testListenerPortOffset());
  await pushProgram(simulator, delivery.repositoryUri, server);
  await simulator.aws.ecs.updateService({ cluster: "outside", service: "web", desiredCount: 2 });
}, 60_000);
afterAll(() => simulator?.close());

async function newest(MetricName: string, Namespace = "AWS/ECS") {
  const { Datapoints = [] } = await simulator.aws.cloudwatch.getMetricStatistics({
    ...{ Namespace, MetricName, Dimensions, Period: 60 },
    StartTime: new Date(Date.now() - 600_000),
    EndTime: new Date(Date.now() + 60_000),
    Statistics: ["Average", "Minimum", "Maximum", "SampleCount"],
  });
  return Datapoints.at(-1);
}

describe("a service publishes", () => {
  it("the CPU that its tasks use of what they reserve, a value for each", async () => {
    await expect.poll(async () => (await newest("CPUUtilization"))?.SampleCount, { timeout: 60_000 }).toBe(2);
    // A task of a quarter of a vCPU that wants all it can get has all of its share, which the machine has to spare.
    await expect
      .poll(async () => (await newest("CPUUtilization"))?.Average, { timeout: 60_000 })
      .toBeGreaterThan(50);
    const { Average = 0, Minimum = 0, Maximum = 0 } = (await newest("CPUUtilization")) ?? {};
    expect(Minimum).toBeLessThanOrEqual(Average);
    expect(Maximum).toBeGreaterThanOrEqual(Average);
    expect(await newest("CPUUtilization")).toMatchObject({ Unit: "Percent" });
  });

  it("the memory that its tasks hold of what they reserve", async () => {
    const { Average = 0 } = (await newest("MemoryUtilization")) ?? {};
    expect(Average).toBeGreaterThan((mebibytes / 512) * 100);
    expect(Average).toBeLessThan(100);
  });

  it("counts of tasks only where Container Insights are on", async () => {
    expect(await newest("RunningTaskCount", "ECS/ContainerInsights")).toBeUndefined();
    const { ecs } = simulator.aws;
    const settings = [{ name: "containerInsights" as const, value: "enabled" }];
    await ecs.createCluster({ clusterName: "seen", settings });
    const { services } = await ecs.describeServices({ cluster: "outside", services: ["web"] });
    await ecs.createService({
      cluster: "seen",
      serviceName: "web",
      taskDefinition: delivery.taskDefinitions[0],
      desiredCount: 0,
      launchType: "FARGATE",
      networkConfiguration: services?.[0]?.networkConfiguration,
    });
    const read = async (name: string) => {
      const { Metrics } = await simulator.aws.cloudwatch.listMetrics({
        Namespace: "ECS/ContainerInsights",
        MetricName: name,
      });
      return Metrics?.map(({ Dimensions }) => Dimensions?.map(({ Value }) => Value));
    };
    for (const name of ["DesiredTaskCount", "RunningTaskCount", "PendingTaskCount"])
      await expect.poll(() => read(name), { timeout: 10_000 }).toEqual([["seen", "web"]]);
  });
});
