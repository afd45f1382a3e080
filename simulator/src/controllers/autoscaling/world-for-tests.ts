import type {
  ScalingPolicy,
  TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import { afterEach, beforeEach, expect } from "vitest";
import { createDelivery } from "../../outside-clients/delivery.support.ts";
import {
  type RealOptions,
  startRealSimulator,
  testListenerPortOffset,
} from "../../test-simulator.support.ts";
import { pushProgram } from "../ecs/push-program.support.ts";

/** Answers at once, but for /work, which takes 5 ms of CPU time, and /wait, which takes only time. */
const server = `
  import { createServer } from "node:http";
  const burn = (ms) => {
    const start = process.cpuUsage();
    for (let used = 0; used < ms * 1000; ) {
      const { user, system } = process.cpuUsage(start);
      used = user + system;
    }
  };
  const server = createServer(({ url }, response) => {
    if (url === "/work") burn(5);
    setTimeout(() => response.end(String(process.pid)), url === "/wait" ? 20 : 0);
  });
  server.listen(8080);
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

export const target = {
  ServiceNamespace: "ecs",
  ScalableDimension: "ecs:service:DesiredCount",
  ResourceId: "service/outside/web",
} as const;
const service = { cluster: "outside", service: "web" };

export type World = Awaited<ReturnType<typeof createWorld>>;

/** A simulator with a load balancer in front of one task of the service web, which CodeDeploy deploys. */
export async function createWorld(options: RealOptions = {}) {
  const simulator = await startRealSimulator(options);
  const delivery = await createDelivery(simulator, testListenerPortOffset());
  await pushProgram(simulator, delivery.repositoryUri, server, options.taskRuntime);
  const { applicationautoscaling: scaling, ecs, cloudwatch, elbv2 } = simulator.aws;
  let publishing: NodeJS.Timeout | undefined;
  const describe = async () =>
    (await ecs.describeServices({ ...service, services: ["web"] })).services?.[0] ?? {};
  const activities = async (IncludeNotScaledActivities = false) => {
    const { ScalingActivities = [] } = await scaling.describeScalingActivities({
      ...target,
      IncludeNotScaledActivities,
    });
    return ScalingActivities;
  };
  return {
    simulator,
    delivery,
    scaling,
    cloudwatch,
    ecs,
    url: (path: string) => new URL(path, delivery.productionUrl).href,
    desired: async () => (await describe()).desiredCount,
    /** Newest first. */
    activities,
    setDesired: (desiredCount: number) => ecs.updateService({ ...service, desiredCount }),
    /** AWS time in which something would have happened: alarms are evaluated once a minute. */
    minutes: (count: number) => simulator.clock.wait(count * 60_000),
    /** Resolves when so many tasks are desired, and run. */
    async settlesAt(count: number, timeout = 60_000) {
      const counts = async () => {
        const { desiredCount, runningCount } = await describe();
        return [desiredCount, runningCount];
      };
      await expect.poll(counts, { timeout }).toEqual([count, count]);
    },
    /** Resolves when so many tasks are healthy targets of the load balancer. */
    async serves(count: number) {
      const healthy = async () => {
        const { TargetHealthDescriptions = [] } = await elbv2.describeTargetHealth({
          TargetGroupArn: delivery.targetGroups.blue,
        });
        return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === "healthy")
          .length;
      };
      await expect.poll(healthy, { timeout: 60_000 }).toBe(count);
    },
    register: (MinCapacity: number, MaxCapacity: number) =>
      scaling.registerScalableTarget({ ...target, MinCapacity, MaxCapacity }),
    track: (
      PolicyName: string,
      TargetTrackingScalingPolicyConfiguration: TargetTrackingScalingPolicyConfiguration,
    ) =>
      scaling.putScalingPolicy({
        ...{ ...target, PolicyName, TargetTrackingScalingPolicyConfiguration },
        PolicyType: "TargetTrackingScaling",
      }),
    /** Has the policy take steps when a metric of the user's own, `Queue`, is above 10. */
    async stepOn(PolicyName: string, configuration: ScalingPolicy["StepScalingPolicyConfiguration"]) {
      const { PolicyARN = "" } = await scaling.putScalingPolicy({
        ...{ ...target, PolicyName },
        PolicyType: "StepScaling",
        StepScalingPolicyConfiguration: configuration,
      });
      await cloudwatch.putMetricAlarm({
        AlarmName: PolicyName,
        AlarmActions: [PolicyARN],
        Namespace: "Shop",
        MetricName: "Queue",
        Statistic: "Maximum",
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 10,
        ComparisonOperator: "GreaterThanThreshold",
        // So that it stays in the state that a test gives it.
        TreatMissingData: "ignore",
      });
      return PolicyARN;
    },
    /** Publishes `Queue` again and again, so that a late look at a minute finds it too; until the world's end, or the next. */
    async queue(Value: number) {
      clearInterval(publishing);
      const publish = () =>
        cloudwatch.putMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Queue", Value }] });
      await publish();
      publishing = setInterval(publish, simulator.clock.toWall(60_000) / 2);
    },
    /** `app/…/targetgroup/…`, as ALBRequestCountPerTarget wants it. */
    async resourceLabel() {
      const { LoadBalancers } = await elbv2.describeLoadBalancers({ Names: ["outside"] });
      const arn = LoadBalancers?.[0]?.LoadBalancerArn ?? "";
      const { blue } = delivery.targetGroups;
      return `${arn.slice(arn.indexOf("app/"))}/${blue.slice(blue.indexOf("targetgroup/"))}`;
    },
    async close() {
      clearInterval(publishing);
      await simulator.close();
    },
  };
}

/** Has a world of its own, with its one task running, for each test of a file; the result is to be called in them. */
export function worldOfEachTest(): () => World {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    await world.settlesAt(1);
  }, 60_000);
  afterEach(() => world?.close());
  return () => world;
}

export const polled = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 30_000 });
