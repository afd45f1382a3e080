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
    await scaling.putScalingPolicy({ ...target("gone"), ...tracking });
    await scaling.deregisterScalableTarget(target("gone"));
    const { ScalingPolicies } = await scaling.describeScalingPolicies({
      ServiceNamespace: "ecs",
      ResourceId: "service/coffee/gone",
    });
    expect(ScalingPolicies).toEqual([]);
    await expect(scaling.deregisterScalableTarget(target("gone"))).rejects.toMatchObject({
      name: "ObjectNotFoundException",
    });
  });
});

const tracking = {
  PolicyName: "cpu",
  PolicyType: "TargetTrackingScaling" as const,
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: 60,
    PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" as const },
  },
};
describe("a scaling policy", () => {
  beforeAll(() => register("web"));

  it("tracks a target, is changed under its name, and is deleted", async () => {
    const { PolicyARN } = await scaling.putScalingPolicy({ ...target("web"), ...tracking });
    const PredefinedMetricSpecification = {
      PredefinedMetricType: "ECSServiceAverageMemoryUtilization" as const,
    };
    await scaling.putScalingPolicy({
      ...target("web"),
      ...tracking,
      PolicyName: "memory",
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 60, PredefinedMetricSpecification },
    });
    const { TargetTrackingScalingPolicyConfiguration: configuration } = tracking;
    const again = await scaling.putScalingPolicy({
      ...target("web"),
      ...tracking,
      TargetTrackingScalingPolicyConfiguration: { ...configuration, TargetValue: 40 },
    });
    expect(again.PolicyARN).toBe(PolicyARN);
    const list = () =>
      scaling.describeScalingPolicies({ ServiceNamespace: "ecs", ResourceId: "service/coffee/web" });
    expect((await list()).ScalingPolicies).toMatchObject([
      { PolicyName: "cpu", TargetTrackingScalingPolicyConfiguration: { TargetValue: 40 } },
      { PolicyName: "memory", PolicyType: "TargetTrackingScaling" },
    ]);
    await scaling.deleteScalingPolicy({ ...target("web"), PolicyName: "cpu" });
    expect((await list()).ScalingPolicies).toMatchObject([{ PolicyName: "memory" }]);
    await expect(scaling.deleteScalingPolicy({ ...target("web"), PolicyName: "cpu" })).rejects.toThrow(
      "policy name: cpu",
    );
  });
});
