import { afterAll, describe, expect, it } from "vitest";
import { createDelivery, webDimensions as Dimensions } from "../../outside-clients/delivery.support.ts";
import { type Program, webProgram } from "../../runtime/tasks/in-process-runtime.support.ts";
import { startTestSimulator, testListenerPortOffset } from "../../test-simulator.support.ts";
import { pushProgram } from "./controller/push-program.support.ts";

/** Uses half of its task's quarter of a vCPU, and holds a quarter of its memory. */
const program: Program = (context) => {
  context.use(0.125, 128 * 1024 ** 2);
  webProgram(context);
};

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const delivery = await createDelivery(simulator, testListenerPortOffset());
await pushProgram(simulator, delivery.repositoryUri, program);
await simulator.aws.ecs.updateService({ cluster: "outside", service: "web", desiredCount: 2 });

/** Average, minimum, maximum and count of the newest minute. */
async function newest(MetricName: string, Namespace = "AWS/ECS") {
  const Metric = { Namespace, MetricName, Dimensions };
  const { MetricDataResults = [] } = await simulator.aws.cloudwatch.getMetricData({
    StartTime: new Date(simulator.clock.foreground.now() - 600_000),
    EndTime: simulator.clock.now(),
    MetricDataQueries: ["Average", "Minimum", "Maximum", "SampleCount"].map((Stat) => ({
      Id: Stat.toLowerCase(),
      MetricStat: { Metric, Period: 60, Stat, Unit: Namespace === "AWS/ECS" ? "Percent" : undefined },
    })),
  });
  return MetricDataResults.map(({ Values }) => Values?.[0]);
}

describe("a service publishes", () => {
  it("the CPU that its tasks use of what they reserve, a value for each", async () => {
    await simulator.clock.until(async () => (await newest("CPUUtilization"))[3] === 2);
    expect(await newest("CPUUtilization")).toEqual([50, 50, 50, 2]);
  });

  it("the memory that its tasks hold of what they reserve", async () => {
    expect(await newest("MemoryUtilization")).toEqual([25, 25, 25, 2]);
  });

  it("counts of tasks only with Container Insights", async () => {
    expect((await newest("RunningTaskCount", "ECS/ContainerInsights"))[3]).toBeUndefined();
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
      await simulator.clock.eventually(async () => expect(await read(name)).toEqual([["seen", "web"]]));
  });
});
