import { describe, expect, it } from "vitest";
import { withoutNull } from "../refusals.support.ts";
import { requestWith } from "./controller/delivery.support.ts";
import { blueGreen, codedeploy, group, names, outcome, pairs, readCases } from "./group.support.ts";

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

  interface Change extends Record<string, unknown> {
    readonly terminate?: object;
    readonly ready?: object;
    readonly pair?: object;
    readonly alarms?: readonly object[] | number;
  }
  const alarmsOf = (given: readonly object[] | number) =>
    typeof given === "number" ? Array.from({ length: given }, (_, index) => ({ name: `a${index}` })) : given;

  it.each(readCases<Change>("groups"))("with %s: %s", async (_, expected, change) => {
    const { terminate, ready, pair, alarms, ...rest } = change;
    const call = await codedeploy();
    const input = withoutNull({
      ...group,
      ...(terminate || ready ? blueGreen({ ...terminate }, { ...ready }) : {}),
      ...(pair ? pairs(pair) : {}),
      ...(alarms === undefined ? {} : { alarmConfiguration: { enabled: true, alarms: alarmsOf(alarms) } }),
      ...rest,
    });
    expect(await outcome(call("createDeploymentGroup", input))).toBe(expected);
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

  it.each(readCases("configurations"))("with %s: %s", async (_, expected, change) => {
    const { canaryPercentage, canaryInterval, ...rest } = change;
    const config = {
      ...{ deploymentConfigName: "mine", computePlatform: "ECS", ...rest },
      trafficRoutingConfig: {
        type: "TimeBasedCanary",
        timeBasedCanary: { canaryPercentage, canaryInterval },
      },
    };
    const call = await codedeploy();
    expect(await outcome(call("createDeploymentConfig", config))).toBe(expected);
  });
});

describe("applications", () => {
  it.each(readCases("applications"))("with %s: %s", async (_, expected, input) => {
    const call = await codedeploy();
    expect(await outcome(call("createApplication", withoutNull({ computePlatform: "ECS", ...input })))).toBe(
      expected,
    );
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
