import { ApplicationAutoScaling } from "@aws-sdk/client-application-auto-scaling";
import { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createIdleCluster } from "../../outside-clients/web-account.support.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const { createService } = await createIdleCluster(simulator);
const scaling = new ApplicationAutoScaling({ ...simulator.clientConfig, maxAttempts: 1 });

const target = (service: string) => ({
  ServiceNamespace: "ecs" as const,
  ScalableDimension: "ecs:service:DesiredCount" as const,
  ResourceId: `service/coffee/${service}`,
});

async function register(service: string, more: object = { MinCapacity: 1, MaxCapacity: 4 }) {
  await createService(service);
  return await scaling.registerScalableTarget({ ...target(service), ...more });
}

const track = (service: string, metric: "CPU" | "Memory", TargetValue: number) =>
  scaling.putScalingPolicy({
    ...target(service),
    PolicyName: metric,
    PolicyType: "TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue,
      PredefinedMetricSpecification: { PredefinedMetricType: `ECSServiceAverage${metric}Utilization` },
    },
  });

async function policiesOf(service: string) {
  const { ServiceNamespace, ResourceId } = target(service);
  return (await scaling.describeScalingPolicies({ ServiceNamespace, ResourceId })).ScalingPolicies;
}

describe("a scalable target", () => {
  it("may be the first of the account, together with another", async () => {
    const made = await Promise.all(["first", "second"].map((name) => register(name)));
    expect(made.map(({ ScalableTargetARN }) => ScalableTargetARN)).not.toContain(undefined);
  });

  it("is registered with its range, and a later registration changes only the given values", async () => {
    const { ScalableTargetARN } = await register("ranged");
    await scaling.registerScalableTarget({
      ...target("ranged"),
      MaxCapacity: 6,
      SuspendedState: { DynamicScalingInSuspended: true },
    });
    const { ScalableTargets } = await scaling.describeScalableTargets({
      ServiceNamespace: "ecs",
      ResourceIds: ["service/coffee/ranged"],
    });
    expect(ScalableTargets).toMatchObject([
      {
        ScalableTargetARN,
        MinCapacity: 1,
        MaxCapacity: 6,
        SuspendedState: {
          DynamicScalingInSuspended: true,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: false,
        },
        CreationTime: expect.any(Date),
      },
    ]);
    const role = await new IAM(simulator.clientConfig).getRole({
      RoleName: "AWSServiceRoleForApplicationAutoScaling_ECSService",
    });
    expect(ScalableTargets?.[0]?.RoleARN).toBe(role.Role?.Arn);
  });

  it("is deleted with its policies", async () => {
    await register("gone");
    await track("gone", "CPU", 60);
    await scaling.deregisterScalableTarget(target("gone"));
    expect(await policiesOf("gone")).toEqual([]);
    await expect(scaling.deregisterScalableTarget(target("gone"))).rejects.toMatchObject({
      name: "ObjectNotFoundException",
    });
  });
});

describe("a scaling policy", () => {
  beforeAll(() => register("web"));

  it("tracks a target, is changed under its name, and is deleted", async () => {
    const { PolicyARN } = await track("web", "CPU", 60);
    await track("web", "Memory", 60);
    expect((await track("web", "CPU", 40)).PolicyARN).toBe(PolicyARN);
    expect(await policiesOf("web")).toMatchObject([
      { PolicyName: "CPU", TargetTrackingScalingPolicyConfiguration: { TargetValue: 40 } },
      { PolicyName: "Memory", PolicyType: "TargetTrackingScaling" },
    ]);
    await scaling.deleteScalingPolicy({ ...target("web"), PolicyName: "CPU" });
    expect(await policiesOf("web")).toMatchObject([{ PolicyName: "Memory" }]);
    await expect(scaling.deleteScalingPolicy({ ...target("web"), PolicyName: "CPU" })).rejects.toThrow(
      "policy name: CPU",
    );
  });
});
