import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMainFixture, otherTargetGroup, role, targetGroup, where } from "./fixture.support.ts";

let fixture: Awaited<ReturnType<typeof createMainFixture>>;
beforeEach(async () => {
  fixture = await createMainFixture();
});
afterEach(() => fixture.close());

describe("createService of a service that ECS deploys itself", () => {
  const advancedConfiguration = {
    alternateTargetGroupArn: otherTargetGroup,
    productionListenerRule: "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/a/1/2/3",
    testListenerRule: "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/a/1/4/5",
    roleArn: role,
  };
  const loadBalancer = { targetGroupArn: targetGroup, containerName: "web", containerPort: 8080 };
  const blueGreen = { strategy: "BLUE_GREEN" as const, bakeTimeInMinutes: 0 };
  const both = { enable: true, rollback: true };
  const refuse = (settings: Parameters<typeof fixture.createService>[0], message: string) =>
    expect(fixture.createService({ deploymentController: undefined, ...settings })).rejects.toMatchObject({
      code: "InvalidParameterException",
      message: expect.stringContaining(message),
    });

  it.each<[string, object, string]>([
    ["no room for any change", { minimumHealthyPercent: 100, maximumPercent: 100 }, "this will block"],
    ["a maximum below what is desired", { maximumPercent: 50 }, "maximumPercent must be at least 100"],
    ["BLUE_GREEN without bake time", { strategy: "BLUE_GREEN" }, "bakeTimeInMinutes must be provided"],
    ["a bake time beyond a day", { bakeTimeInMinutes: 1441 }, "between 0 and 1440 minutes, not 1441"],
    [
      "a canary's settings for LINEAR",
      { strategy: "LINEAR", canaryConfiguration: {} },
      "is only valid with the deployment strategy CANARY",
    ],
    [
      "a canary finer than a tenth",
      { strategy: "CANARY", canaryConfiguration: { canaryPercent: 0.25 } },
      "a multiple of 0.1 between 0.1 and 100, not 0.25",
    ],
    [
      "linear steps below 3 %",
      { strategy: "LINEAR", linearConfiguration: { stepPercent: 2.9 } },
      "a multiple of 0.1 between 3 and 100, not 2.9",
    ],
    [
      "a threshold of nothing",
      { deploymentCircuitBreaker: { ...both, thresholdConfiguration: { type: "COUNT", value: 0 } } },
      "a value of at least 1",
    ],
    [
      "alarms without a name",
      { alarms: { ...both, alarmNames: [] } },
      "alarmNames must name at least one alarm",
    ],
    [
      "a pause during a shift",
      {
        ...blueGreen,
        lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages: ["PRODUCTION_TRAFFIC_SHIFT"] }],
      },
      "PAUSE cannot be configured at PRODUCTION_TRAFFIC_SHIFT",
    ],
    [
      "a function's hook without a role",
      {
        ...blueGreen,
        lifecycleHooks: [{ hookTargetArn: "arn:aws:lambda:x", lifecycleStages: ["PRE_SCALE_UP"] }],
      },
      "needs the hookTargetArn of a function and a roleArn",
    ],
    [
      "a hook of a rolling update",
      { lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages: ["PRE_SCALE_UP"] }] },
      "not with ROLLING",
    ],
    ["early success", { earlySuccessCriteria: { enable: true } }, "does not support earlySuccessCriteria"],
  ])("refuses %s", (_, deploymentConfiguration, message) => refuse({ deploymentConfiguration }, message));

  it.each<[string, object | undefined, string]>([
    ["no advancedConfiguration", undefined, "advancedConfiguration field is required for all loadBalancers"],
    [
      "no other target group",
      { alternateTargetGroupArn: undefined },
      "alternateTargetGroupArn must be provided",
    ],
    [
      "a listener for a rule",
      { productionListenerRule: "arn:aws:elasticloadbalancing:us-east-1:1:listener/app/a/1/2" },
      "productionListenerRule has an invalid ARN format. Must be RuleArn for ALB",
    ],
    [
      "one rule for both",
      { testListenerRule: advancedConfiguration.productionListenerRule },
      "cannot be used as both production and test listener rules",
    ],
    [
      "one target group for both",
      { alternateTargetGroupArn: targetGroup },
      `Duplicate targetGroupArn found: ${targetGroup}`,
    ],
  ])("refuses BLUE_GREEN with %s", (_, change, message) =>
    refuse(
      {
        deploymentConfiguration: blueGreen,
        loadBalancers: [
          {
            ...loadBalancer,
            ...(change && { advancedConfiguration: { ...advancedConfiguration, ...change } }),
          },
        ],
      },
      message,
    ),
  );

  it("has no task sets", async () => {
    await fixture.createService({ deploymentController: undefined, desiredCount: 0 });
    await expect(fixture.ecs.createTaskSet({ ...where, taskDefinition: "web" })).rejects.toThrow(
      "Task sets are for services with a CODE_DEPLOY or EXTERNAL deployment controller, not ECS.",
    );
  });
});
