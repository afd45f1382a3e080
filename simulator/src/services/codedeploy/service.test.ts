import { describe, expect, it } from "vitest";
import { requestWith } from "./controller/delivery.support.ts";
import { blueGreen, codedeploy, group, names, outcome, pair, pairs } from "./group.support.ts";

describe("a deployment group", () => {
  it("always reports both waits", async () => {
    const call = await codedeploy();
    await call("createDeploymentGroup", { ...group, ...blueGreen({}, {}) });
    const { deploymentGroupInfo } = await call("getDeploymentGroup", names);
    expect(deploymentGroupInfo).toMatchObject({
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
      computePlatform: "ECS",
      ...blueGreen({ terminationWaitTimeInMinutes: 0 }, { waitTimeInMinutes: 0 }),
    });
  });

  const alarms = (...list: object[]) => ({ alarmConfiguration: { enabled: true, alarms: list } });
  const manyAlarms = (length: number) =>
    alarms(...Array.from({ length }, (_, index) => ({ name: `a${index}` })));
  const targets = (...named: (string | undefined)[]) =>
    pairs({ targetGroups: named.map((name) => ({ name })) });
  const style = (deploymentType: string, deploymentOption: string | undefined) => ({
    deploymentStyle: { deploymentType, deploymentOption },
  });
  const lb = (info: object) => ({ loadBalancerInfo: info });
  it.each([
    ["nothing changed", {}, "accepted"],
    ["no role", { serviceRoleArn: undefined }, "RoleRequiredException"],
    ["no role's ARN", { serviceRoleArn: "DeployRole" }, "InvalidRoleException"],
    ["in place", style("IN_PLACE", "WITH_TRAFFIC_CONTROL"), "InvalidDeploymentStyleException"],
    ["no traffic control", style("BLUE_GREEN", undefined), "InvalidDeploymentStyleException"],
    ["no service", { ecsServices: undefined }, "InvalidECSServiceException"],
    [
      "absent service",
      { ecsServices: [{ clusterName: "cluster", serviceName: "absent" }] },
      "InvalidECSServiceException",
    ],
    [
      "rolling service",
      { ecsServices: [{ clusterName: "cluster", serviceName: "rolling" }] },
      "InvalidECSServiceException",
    ],
    ["classic load balancer", lb({ elbInfoList: [{ name: "a" }] }), "InvalidLoadBalancerInfoException"],
    ["single target group", lb({ targetGroupInfoList: [{ name: "a" }] }), "InvalidLoadBalancerInfoException"],
    ["no pair", lb({}), "InvalidTargetGroupPairException"],
    ["half a pair", targets("customer-tg-two"), "InvalidTargetGroupPairException"],
    ["one twice", targets("customer-tg-two", "customer-tg-two"), "InvalidTargetGroupPairException"],
    ["one without a name", targets("customer-tg-two", undefined), "InvalidTargetGroupPairException"],
    [
      "three target groups",
      targets("customer-tg-two", "customer-tg-one", "employee-tg-two"),
      "InvalidTargetGroupPairException",
    ],
    ["absent target group", targets("customer-tg-two", "absent"), "InvalidTargetGroupPairException"],
    ["no production listener", pairs({ prodTrafficRoute: undefined }), "InvalidTargetGroupPairException"],
    [
      "test listener as production",
      pairs({ testTrafficRoute: pair.prodTrafficRoute }),
      "InvalidTargetGroupPairException",
    ],
    [
      "no blue/green settings",
      { blueGreenDeploymentConfiguration: undefined },
      "InvalidBlueGreenDeploymentConfigurationException",
    ],
    [
      "keeping blue forever",
      blueGreen({ action: "KEEP_ALIVE" }, {}),
      "InvalidBlueGreenDeploymentConfigurationException",
    ],
    ["a wait of two days", blueGreen({ terminationWaitTimeInMinutes: 2880 }, {}), "accepted"],
    [
      "a longer wait",
      blueGreen({ terminationWaitTimeInMinutes: 2881 }, {}),
      "InvalidBlueGreenDeploymentConfigurationException",
    ],
    [
      "a minute until it stops",
      blueGreen({}, { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: 1 }),
      "accepted",
    ],
    [
      "no time until it stops",
      blueGreen({}, { actionOnTimeout: "STOP_DEPLOYMENT" }),
      "InvalidBlueGreenDeploymentConfigurationException",
    ],
    [
      "a wait without a next step",
      blueGreen({}, { waitTimeInMinutes: 5 }),
      "InvalidBlueGreenDeploymentConfigurationException",
    ],
    [
      "rollback on nothing",
      { autoRollbackConfiguration: { enabled: true } },
      "InvalidAutoRollbackConfigException",
    ],
    ["an alarm", alarms({ name: "5xx" }), "accepted"],
    ["no alarm to watch", alarms(), "InvalidAlarmConfigException"],
    ["an alarm twice", alarms({ name: "5xx" }, { name: "5xx" }), "InvalidAlarmConfigException"],
    ["an alarm without a name", alarms({}), "InvalidAlarmConfigException"],
    ["ten alarms", manyAlarms(10), "accepted"],
    ["eleven alarms", manyAlarms(11), "AlarmsLimitExceededException"],
    ["an alarm with the longest name", alarms({ name: "a".repeat(255) }), "accepted"],
    ["an alarm with a longer name", alarms({ name: "a".repeat(256) }), "InvalidAlarmConfigException"],
    ["the longest name", { deploymentGroupName: "a".repeat(100) }, "accepted"],
    ["a longer name", { deploymentGroupName: "a".repeat(101) }, "InvalidDeploymentGroupNameException"],
    [
      "two services",
      { ecsServices: [...group.ecsServices, ...group.ecsServices] },
      "InvalidECSServiceException",
    ],
    ["a notification", { triggerConfigurations: [{ triggerName: "a" }] }, "InvalidInputException"],
    ["an unknown configuration", { deploymentConfigName: "a" }, "DeploymentConfigDoesNotExistException"],
    ["an unknown application", { applicationName: "a" }, "ApplicationDoesNotExistException"],
  ])("with %s", async (_, change, expected) => {
    const call = await codedeploy();
    expect(await outcome(call("createDeploymentGroup", { ...group, ...change }))).toBe(expected);
  });

  it("is unique by its name and by its service", async () => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    const other = { ...group, deploymentGroupName: "other" };
    expect(await outcome(call("createDeploymentGroup", group))).toBe("DeploymentGroupAlreadyExistsException");
    expect(await outcome(call("createDeploymentGroup", other))).toBe(
      "ECSServiceMappingLimitExceededException",
    );
    const ecsServices = [{ ...group.ecsServices[0], clusterName: "second" }];
    expect(await outcome(call("createDeploymentGroup", { ...other, ecsServices }))).toBe("accepted");
  });

  it("keeps settings that an update does not mention", async () => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    await call("updateDeploymentGroup", {
      applicationName: names.applicationName,
      currentDeploymentGroupName: names.deploymentGroupName,
      newDeploymentGroupName: "renamed",
      deploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes",
    });
    const { deploymentGroups } = await call("listDeploymentGroups", names);
    const renamed = await call("getDeploymentGroup", { ...names, deploymentGroupName: "renamed" });
    expect(deploymentGroups).toEqual(["renamed"]);
    expect(renamed.deploymentGroupInfo).toMatchObject({
      deploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes",
      ecsServices: group.ecsServices,
    });
  });
});

describe("deployment configurations", () => {
  it.each([
    ["AllAtOnce", undefined],
    ["Linear10PercentEvery1Minutes", { linearPercentage: 10, linearInterval: 1 }],
    ["Linear10PercentEvery3Minutes", { linearPercentage: 10, linearInterval: 3 }],
    ["Canary10Percent5Minutes", { canaryPercentage: 10, canaryInterval: 5 }],
    ["Canary10Percent15Minutes", { canaryPercentage: 10, canaryInterval: 15 }],
  ])("include ECS%s", async (name, steps) => {
    const call = await codedeploy();
    const deploymentConfigName = `CodeDeployDefault.ECS${name}`;
    const { deploymentConfigInfo } = await call("getDeploymentConfig", { deploymentConfigName });
    const { timeBasedLinear, timeBasedCanary } = deploymentConfigInfo.trafficRoutingConfig;
    expect(timeBasedLinear ?? timeBasedCanary).toEqual(steps);
  });

  const canary = (canaryPercentage: number, canaryInterval: number) => ({
    deploymentConfigName: "mine",
    computePlatform: "ECS",
    trafficRoutingConfig: { type: "TimeBasedCanary", timeBasedCanary: { canaryPercentage, canaryInterval } },
  });
  it.each([
    [canary(25, 2), "accepted"],
    [canary(1, 1), "accepted"],
    [canary(99, 2880), "accepted"],
    [canary(0, 2), "InvalidTrafficRoutingConfigurationException"],
    [canary(100, 2), "InvalidTrafficRoutingConfigurationException"],
    [canary(25, 0), "InvalidTrafficRoutingConfigurationException"],
    [canary(25, 2881), "InvalidTrafficRoutingConfigurationException"],
    [{ ...canary(25, 2), computePlatform: "Lambda" }, "InvalidComputePlatformException"],
    [
      { ...canary(25, 2), deploymentConfigName: "CodeDeployDefault.Mine" },
      "InvalidDeploymentConfigNameException",
    ],
  ])("%j: %s", async (config, expected) => {
    const call = await codedeploy();
    expect(await outcome(call("createDeploymentConfig", config))).toBe(expected);
  });
});

describe("applications", () => {
  it.each([
    [{ applicationName: "other", computePlatform: "ECS" }, "accepted"],
    [{ applicationName: "other" }, "InvalidComputePlatformException"],
    [{ applicationName: "other", computePlatform: "Lambda" }, "InvalidComputePlatformException"],
    [{ applicationName: "microservices", computePlatform: "ECS" }, "ApplicationAlreadyExistsException"],
    [{ applicationName: "a b", computePlatform: "ECS" }, "InvalidApplicationNameException"],
    [{ applicationName: "a".repeat(100), computePlatform: "ECS" }, "accepted"],
    [{ applicationName: "a".repeat(101), computePlatform: "ECS" }, "InvalidApplicationNameException"],
  ])("%j: %s", async (input, expected) => {
    const call = await codedeploy();
    expect(await outcome(call("createApplication", input))).toBe(expected);
  });

  it("describe at most 25 deployments at once", async () => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    const { deploymentId } = await call("createDeployment", requestWith([]));
    const read = (count: number) =>
      call("batchGetDeployments", { deploymentIds: Array(count).fill(deploymentId) });
    expect((await read(25)).deploymentsInfo).toHaveLength(25);
    expect(await outcome(read(26))).toBe("BatchLimitExceededException");
  });

  it("carry tags, and so do their groups", async () => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    const arn = "arn:aws:codedeploy:us-east-1:123456789012";
    for (const ResourceArn of [
      `${arn}:application:microservices`,
      `${arn}:deploymentgroup:microservices/microservices-customer`,
    ]) {
      await call("tagResource", { ResourceArn, Tags: [{ Key: "a", Value: "1" }] });
      expect(await call("listTagsForResource", { ResourceArn })).toEqual({
        Tags: [{ Key: "a", Value: "1" }],
      });
    }
    expect(await outcome(call("listTagsForResource", { ResourceArn: `${arn}:a:b` }))).toBe(
      "InvalidArnException",
    );
  });
});
