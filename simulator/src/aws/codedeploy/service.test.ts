import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { createWorld, listeners, taskDefinition } from "../../controllers/codedeploy/world-for-tests.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function codedeploy() {
  const { call, close } = await createWorld();
  closers.push(close);
  await call("createApplication", { applicationName: "microservices", computePlatform: "ECS" });
  return call;
}

const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => "accepted",
    (error) => error.code as string,
  );

const names = { applicationName: "microservices", deploymentGroupName: "microservices-customer" };
const pair = {
  prodTrafficRoute: { listenerArns: [listeners.production] },
  targetGroups: [{ name: "customer-tg-two" }, { name: "customer-tg-one" }],
};
const blueGreen = (termination: object, ready: object) => ({
  blueGreenDeploymentConfiguration: {
    terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", ...termination },
    deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", ...ready },
  },
});
const pairs = (change: object) => ({
  loadBalancerInfo: { targetGroupPairInfoList: [{ ...pair, ...change }] },
});
const group = {
  ...names,
  serviceRoleArn: "arn:aws:iam::123456789012:role/DeployRole",
  deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
  ecsServices: [{ clusterName: "cluster", serviceName: "customer-microservice" }],
  ...pairs({}),
  ...blueGreen({ terminationWaitTimeInMinutes: 5 }, {}),
};

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
  const lb = (info: object) => ({ loadBalancerInfo: info });
  it.each([
    ["nothing changed", {}, "accepted"],
    ["no role", { serviceRoleArn: undefined }, "RoleRequiredException"],
    ["no role's ARN", { serviceRoleArn: "DeployRole" }, "InvalidRoleException"],
    ["in place", { deploymentStyle: { deploymentType: "IN_PLACE" } }, "InvalidDeploymentStyleException"],
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
    [
      "half a pair",
      pairs({ targetGroups: [{ name: "customer-tg-two" }] }),
      "InvalidTargetGroupPairException",
    ],
    [
      "absent target group",
      pairs({ targetGroups: [{ name: "customer-tg-two" }, { name: "absent" }] }),
      "InvalidTargetGroupPairException",
    ],
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
      "keeping blue for ever",
      blueGreen({ action: "KEEP_ALIVE" }, {}),
      "InvalidBlueGreenDeploymentConfigurationException",
    ],
    [
      "three days of wait",
      blueGreen({ terminationWaitTimeInMinutes: 4320 }, {}),
      "InvalidBlueGreenDeploymentConfigurationException",
    ],
    [
      "a wait that nothing follows",
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
    [
      "eleven alarms",
      alarms(...Array.from({ length: 11 }, (_, index) => ({ name: `a${index}` }))),
      "AlarmsLimitExceededException",
    ],
    ["a notification", { triggerConfigurations: [{ triggerName: "a" }] }, "InvalidInputException"],
    ["an unknown configuration", { deploymentConfigName: "a" }, "DeploymentConfigDoesNotExistException"],
    ["an unknown application", { applicationName: "a" }, "ApplicationDoesNotExistException"],
  ])("with %s", async (_, change, expected) => {
    const call = await codedeploy();
    expect(await outcome(call("createDeploymentGroup", { ...group, ...change }))).toBe(expected);
  });

  it("is the only one of its name and of its service", async () => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    const other = { ...group, deploymentGroupName: "other" };
    expect(await outcome(call("createDeploymentGroup", group))).toBe("DeploymentGroupAlreadyExistsException");
    expect(await outcome(call("createDeploymentGroup", other))).toBe(
      "ECSServiceMappingLimitExceededException",
    );
  });

  it("keeps what an update does not mention", async () => {
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

const spec = (properties: object = {}, top: object = {}) => ({
  version: 0,
  Resources: [
    {
      TargetService: {
        Type: "AWS::ECS::Service",
        Properties: {
          TaskDefinition: taskDefinition,
          LoadBalancerInfo: { ContainerName: "customer", ContainerPort: 8080 },
          ...properties,
        },
      },
    },
  ],
  ...top,
});

describe("a revision", () => {
  const yaml = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: ${taskDefinition}
        LoadBalancerInfo:
          ContainerName: customer
          ContainerPort: 8080
`;
  const lowerCase = yaml.replace(/^( *-? *)(\w+):/gm, (_, indent, key) => `${indent}${key.toLowerCase()}:`);

  it.each([
    ["JSON", JSON.stringify(spec()), /accepted/],
    ["YAML", yaml, /accepted/],
    ["keys in lower case", lowerCase, /accepted/],
    [
      "a network",
      JSON.stringify(spec({ NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ["a"] } } })),
      /accepted/,
    ],
    ["no text", "", /must hold content/],
    ["no YAML", "version: [", /neither JSON nor YAML/],
    ["another version", JSON.stringify(spec({}, { version: 1 })), /version must be 0\.0, not 1/],
    ["a server's AppSpec", JSON.stringify({ version: 0, os: "linux" }), /unknown key os/],
    ["hooks", JSON.stringify(spec({}, { Hooks: [{ BeforeInstall: "check" }] })), /accepted/],
    [
      "a hook of a server",
      JSON.stringify(spec({}, { Hooks: [{ ApplicationStart: "check" }] })),
      /unknown event ApplicationStart; known: BeforeInstall, AfterInstall/,
    ],
    [
      "a hook twice",
      JSON.stringify(spec({}, { Hooks: [{ AfterInstall: "a" }, { AfterInstall: "b" }] })),
      /names AfterInstall twice/,
    ],
    [
      "a hook without a function",
      JSON.stringify(spec({}, { Hooks: [{ AfterInstall: 1 }] })),
      /name or the ARN/,
    ],
    ["no hooks at all", JSON.stringify(spec({}, { Hooks: [] })), /accepted/],
    ["a placeholder", JSON.stringify(spec({ TaskDefinition: "<TASK_DEFINITION>" })), /<TASK_DEFINITION>/],
    [
      "an absent revision",
      JSON.stringify(spec({ TaskDefinition: `${taskDefinition}0` })),
      /cannot be deployed/,
    ],
    [
      "an absent container",
      JSON.stringify(spec({ LoadBalancerInfo: { ContainerName: "web", ContainerPort: 8080 } })),
      /no container web; it has customer/,
    ],
    [
      "an absent port",
      JSON.stringify(spec({ LoadBalancerInfo: { ContainerName: "customer", ContainerPort: 8081 } })),
      /no port 8081; it has 8080/,
    ],
    ["a misspelt property", JSON.stringify(spec({ TaskDefinitions: "a" })), /unknown key TaskDefinitions/],
  ])("with %s", async (_, content, expected) => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    const revision = { revisionType: "AppSpecContent", appSpecContent: { content } };
    const message = await call("createDeployment", { ...names, revision }).then(
      () => "accepted",
      (error: Error) => error.message,
    );
    expect(message).toMatch(expected);
  });

  const content = JSON.stringify(spec());
  const sha256 = createHash("sha256").update(content).digest("hex");
  it.each([
    [{ revisionType: "AppSpecContent", appSpecContent: { content, sha256 } }, "accepted"],
    [{ revisionType: "String", string: { content, sha256 } }, "accepted"],
    [
      { revisionType: "AppSpecContent", appSpecContent: { content, sha256: "0" } },
      "InvalidRevisionException",
    ],
    [{ revisionType: "S3", s3Location: { bucket: "b", key: "k" } }, "InvalidRevisionException"],
    [undefined, "RevisionRequiredException"],
  ])("%j: %s", async (revision, expected) => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    expect(await outcome(call("createDeployment", { ...names, revision }))).toBe(expected);
  });

  const { applicationName } = names;
  it.each(["AppSpecContent", "String"] as const)(
    "of type %s is found again by its digest, with its text",
    async (revisionType) => {
      const call = await codedeploy();
      await call("createDeploymentGroup", group);
      const member = revisionType === "String" ? "string" : "appSpecContent";
      await call("createDeployment", { ...names, revision: { revisionType, [member]: { content } } });
      const find = (text: object) =>
        call("getApplicationRevision", { applicationName, revision: { revisionType, [member]: text } });
      expect(await find({ sha256 })).toMatchObject({
        applicationName,
        revision: { revisionType, [member]: { content, sha256 } },
        revisionInfo: { firstUsedTime: expect.any(Date), lastUsedTime: expect.any(Date) },
      });
      expect(await find({ content })).toEqual(await find({ sha256: sha256.toUpperCase() }));
    },
  );

  it.each([
    [
      "never deployed",
      { revisionType: "AppSpecContent", appSpecContent: { sha256: "0" } },
      "RevisionDoesNotExistException",
    ],
    ["of the other type", { revisionType: "String", string: { sha256 } }, "RevisionDoesNotExistException"],
    ["neither digest nor text", { revisionType: "AppSpecContent" }, "InvalidRevisionException"],
    ["in S3", { revisionType: "S3", s3Location: { bucket: "b", key: "k" } }, "InvalidRevisionException"],
    ["none", undefined, "RevisionRequiredException"],
  ])("asked for that is %s", async (_, revision, expected) => {
    const call = await codedeploy();
    await call("createDeploymentGroup", group);
    await call("createDeployment", {
      ...names,
      revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
    });
    expect(await outcome(call("getApplicationRevision", { applicationName, revision }))).toBe(expected);
    expect(await outcome(call("getApplicationRevision", { applicationName: "absent", revision }))).toBe(
      "ApplicationDoesNotExistException",
    );
  });
});

describe("deployment configurations", () => {
  it("hold the five built-in ones of ECS", async () => {
    const call = await codedeploy();
    expect((await call("listDeploymentConfigs")).deploymentConfigsList).toEqual([
      "CodeDeployDefault.ECSAllAtOnce",
      "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
      "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
      "CodeDeployDefault.ECSCanary10Percent5Minutes",
      "CodeDeployDefault.ECSCanary10Percent15Minutes",
    ]);
  });

  const canary = (canaryPercentage: number, canaryInterval: number) => ({
    deploymentConfigName: "mine",
    computePlatform: "ECS",
    trafficRoutingConfig: { type: "TimeBasedCanary", timeBasedCanary: { canaryPercentage, canaryInterval } },
  });
  it.each([
    [canary(25, 2), "accepted"],
    [canary(0, 2), "InvalidTrafficRoutingConfigurationException"],
    [canary(25, 5000), "InvalidTrafficRoutingConfigurationException"],
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
  ])("%j: %s", async (input, expected) => {
    const call = await codedeploy();
    expect(await outcome(call("createApplication", input))).toBe(expected);
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
